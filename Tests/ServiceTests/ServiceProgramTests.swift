import Foundation
import HTTPServer
import Service
import Testing

@Suite struct ServiceProgramTests {
    private struct Broken: Error, CustomStringConvertible { var description: String { "no such table" } }

    private let terminal = MemoryTerminal()
    private let output = MemoryLogOutput()
    private let shutdown = ShutdownSignal()
    private let abandon = ShutdownSignal()

    private func program(
        build: @escaping @Sendable (ServiceContext) async throws -> [any Service]
    ) -> ServiceProgram {
        ServiceProgram(
            name: "tester", summary: "tests", settings: [StandardSettings.postgres], port: 8099, build: build)
    }

    private func run(_ program: ServiceProgram, _ arguments: [String]) async -> ExitCode {
        await program.run(
            arguments, environment: [:], terminal: terminal, shutdown: shutdown, abandon: abandon,
            log: LogSystem(output: output))
    }

    private let flags = [
        "--postgres", "host=secret-host", "--http-port", "0", "--http-address", "127.0.0.1", "--log-level", "debug",
    ]

    @Test func itServesHealthWhileItRunsAndDrainsWhenToldTo() async throws {
        let (ports, send) = AsyncStream.makeStream(of: Int.self)
        let program = program { context in
            context.route("GET", "/extra") { _ in .text("more") }
            send.yield(context.port)
            return [ClosureService("loop") { await $0.wait() }]
        }
        async let code = run(program, flags)
        let port = try #require(await ports.first { _ in true })
        #expect(await HealthProbe.isHealthy(port: port))
        #expect(await HealthProbe.isHealthy(port: port, path: "/metrics"))
        #expect(await HealthProbe.isHealthy(port: port, path: "/extra"))
        #expect(await run(program, ["healthcheck", "--http-port", "\(port)"]) == .success)
        shutdown.trigger()
        #expect(await code == .success)
        #expect(await run(program, ["healthcheck", "--http-port", "\(port)"]) == .failure)
        #expect(output.lines.contains { $0.contains("\"message\":\"ended\"") && $0.contains("\"exit_code\":0") })
        #expect(!output.lines.contains { $0.contains("secret-host") })
    }

    @Test func aServiceThatFailsEndsTheProgramWithOne() async {
        let code = await run(program { _ in [ClosureService("loop") { _ in throw Broken() }] }, flags)
        #expect(code == .failure)
        #expect(
            output.lines.contains { $0.contains("\"error\":\"no such table\"") && $0.contains("\"level\":\"error\"") })
    }

    @Test func aFailedBuildEndsTheProgramWithOne() async {
        #expect(await run(program { _ in throw Broken() }, flags) == .failure)
        #expect(output.lines.contains { $0.contains("the service cannot start") })
    }

    @Test func aBuildThatWaitsIsCancelledAndTheEndIsClean() async {
        let waiting = ShutdownSignal()
        let program = program { _ in
            waiting.trigger()
            try await SystemClock().sleep(for: .seconds(3600))
            return []
        }
        async let code = run(program, flags)
        await waiting.wait()
        shutdown.trigger()
        #expect(await code == .success)
    }

    @Test func aWrongCallIsExplained() async {
        let program = program { _ in [] }
        #expect(await run(program, ["--postgers", "x"]) == .usage)
        #expect(terminal.errors.contains("tester: unknown flag --postgers; did you mean --postgres?"))
        #expect(terminal.errors.contains("tester: postgres is missing"))
        #expect(await run(program, ["launch", "--postgres", "x"]) == .usage)
    }

    @Test func aPortThatIsTakenEndsTheProgramWithOne() async throws {
        let other = try HTTPServer(.init()) { _ in .text("") }
        let code = await run(
            program { _ in [] }, ["--postgres", "x", "--http-address", "127.0.0.1", "--http-port", "\(other.port)"])
        await other.stop(grace: .zero)
        #expect(code == .failure)
        #expect(output.lines.contains { $0.contains("the HTTP server cannot start") })
    }

    @Test func theHelpAndTheTableNameEverySetting() async {
        let program = program { _ in [] }
        #expect(await run(program, ["--help"]) == .success)
        #expect(await run(program, ["--help-markdown"]) == .success)
        for name in ["--postgres", "--http-port", "--log-level", "--log-format", "--shutdown-deadline"] {
            #expect(terminal.output.contains("  \(name) "))
            #expect(terminal.output.contains("| `\(name)` |"))
        }
        #expect(terminal.output.contains("default 8099"))
    }
}

@Suite struct ProcessSignalTests {
    @Test func theFirstSignalShutsDownAndTheSecondAbandons() async {
        let signals = ProcessSignals()
        kill(getpid(), SIGTERM)
        await signals.shutdown.wait()
        #expect(!signals.abandon.isShuttingDown)
        kill(getpid(), SIGINT)
        await signals.abandon.wait()
        signal(SIGTERM, SIG_DFL)
        signal(SIGINT, SIG_DFL)
    }
}
