import HTTPServer
import Models
import Service
import Testing

@Suite struct HealthTests {
    private let clock = ManualClock(now: Timestamp(seconds: 1_750_000_000))

    private func router(_ health: Health) -> Router {
        var router = Router()
        router.addHealth(health, metrics: Metrics())
        return router
    }

    private func answer(_ router: Router, _ path: String) async throws -> (status: Int, text: String) {
        let response = try await router.handle(Request(segments: [path]))
        guard case .bytes(let bytes) = response.body else { return (response.status, "") }
        return (response.status, String(decoding: bytes, as: UTF8.self))
    }

    @Test func itIsReadyOnlyWhenEveryCheckIs() async throws {
        let health = Health(clock: clock)
        let (first, second) = (health.check("postgres"), health.check("kafka"))
        #expect(try await answer(router(health), "readyz").status == 503)
        first.ready()
        clock.advance(by: .seconds(5))
        second.notReady("broker is away")
        let away = try await answer(router(health), "readyz")
        #expect(away.status == 503)
        #expect(
            away.text
                == #"{"checks":[{"name":"postgres","ready":true,"since":"2025-06-15T15:06:40Z"},"#
                + #"{"name":"kafka","ready":false,"reason":"broker is away","since":"2025-06-15T15:06:40Z"}],"ready":false}"#
        )
        second.ready()
        #expect(try await answer(router(health), "readyz").status == 200)
        #expect(
            health.report.checks.map(\.since) == [Timestamp(seconds: 1_750_000_000), Timestamp(seconds: 1_750_000_005)])
    }

    @Test func itIsAliveWhateverTheChecksSay() async throws {
        let health = Health(clock: clock)
        _ = health.check("postgres")
        #expect(try await answer(router(health), "healthz").status == 200)
    }

    @Test func theProbeAsksTheServer() async throws {
        let server = try HTTPServer(.init(), handler: router(Health()).handle)
        #expect(await HealthProbe.isHealthy(port: server.port))
        #expect(await HealthProbe.isHealthy(port: server.port, path: "/gone") == false)
        await server.stop(grace: .zero)
        #expect(await HealthProbe.isHealthy(port: server.port) == false)
        #expect(await HealthProbe.isHealthy(port: 70_000) == false)
    }
}
