import Models
import Service
import Synchronization
import Testing

@Suite struct ServiceGroupTests {
    /// What happened, in order.
    private final class Journal: Sendable {
        private let kept = Mutex<[String]>([])
        var entries: [String] { kept.withLock { $0 } }
        func add(_ entry: String) { kept.withLock { $0.append(entry) } }
    }

    private struct Recorder: Service {
        let name: String
        let journal: Journal
        var body: @Sendable (ShutdownSignal) async throws -> Void = { await $0.wait() }
        var onStart: @Sendable () async throws -> Void = {}
        let isRunning = ShutdownSignal()

        func start() async throws {
            try await onStart()
            journal.add("\(name) started")
        }
        func run(until shutdown: ShutdownSignal) async throws {
            isRunning.trigger()
            try await body(shutdown)
            journal.add("\(name) ended")
        }
    }
    private struct Broken: Error, CustomStringConvertible { var description: String { "broken" } }

    private let journal = Journal()
    private let shutdown = ShutdownSignal()
    private let clock = ManualClock()
    private let output = MemoryLogOutput()

    private func group(_ services: any Service...) -> ServiceGroup {
        ServiceGroup(
            services, deadline: .seconds(10), clock: clock,
            logger: Logger(label: "test", system: LogSystem(output: output)))
    }

    @Test func servicesStartInOrderAndDrainInReverse() async {
        let last = Recorder(name: "c", journal: journal)
        let group = group(Recorder(name: "a", journal: journal), Recorder(name: "b", journal: journal), last)
        async let outcome = group.run(until: shutdown)
        await last.isRunning.wait()
        shutdown.trigger()
        #expect(await outcome == .drained)
        #expect(journal.entries == ["a started", "b started", "c started", "c ended", "b ended", "a ended"])
    }

    @Test func aServiceThatThrowsEndsTheOthersAndIsNamed() async {
        let broken = Recorder(name: "b", journal: journal) { _ in throw Broken() }
        let outcome = await group(Recorder(name: "a", journal: journal), broken).run(until: shutdown)
        #expect(outcome == .failed(service: "b", error: "broken"))
        #expect(journal.entries == ["a started", "b started", "a ended"])
        #expect(
            output.lines.contains { $0.contains("ERROR") && $0.contains("service failed  error=broken  service=b") })
    }

    @Test func aServiceThatEndsUnaskedIsAFailure() async {
        let idle = Recorder(name: "b", journal: journal) { _ in }
        let outcome = await group(Recorder(name: "a", journal: journal), idle).run(until: shutdown)
        #expect(outcome == .failed(service: "b", error: "it ended although nobody asked it to"))
    }

    @Test func aServiceThatCannotStartKeepsThoseBehindItFromStarting() async {
        let broken = Recorder(name: "b", journal: journal, onStart: { throw Broken() })
        let outcome = await group(
            Recorder(name: "a", journal: journal), broken, Recorder(name: "c", journal: journal)
        ).run(until: shutdown)
        #expect(outcome == .failed(service: "b", error: "broken"))
        #expect(journal.entries == ["a started", "a ended"])
    }

    @Test func aStartThatWaitsIsCancelledByTheShutdown() async {
        let waiting = Recorder(
            name: "b", journal: journal, onStart: { [clock] in try await clock.sleep(for: .seconds(99)) })
        async let outcome = group(Recorder(name: "a", journal: journal), waiting).run(until: shutdown)
        await clock.untilAsleep()
        shutdown.trigger()
        #expect(await outcome == .drained)
    }

    @Test func aServiceThatDoesNotEndIsAbandonedAtTheDeadline() async {
        let cancelled = ShutdownSignal()
        let stuck = Recorder(name: "b", journal: journal) { _ in
            await ShutdownSignal().wait()
            cancelled.trigger()
        }
        async let outcome = group(Recorder(name: "a", journal: journal), stuck).run(until: shutdown)
        await stuck.isRunning.wait()
        shutdown.trigger()
        await clock.untilAsleep()
        clock.advance(by: .seconds(10))
        #expect(await outcome == .abandoned(["a", "b"]))
        await cancelled.wait()
    }

    @Test func theSecondSignalAbandonsAtOnce() async {
        let abandon = ShutdownSignal()
        let stuck = Recorder(name: "a", journal: journal) { _ in await ShutdownSignal().wait() }
        async let outcome = group(stuck).run(until: shutdown, abandon: abandon)
        await stuck.isRunning.wait()
        shutdown.trigger()
        await clock.untilAsleep()
        abandon.trigger()
        #expect(await outcome == .abandoned(["a"]))
    }

    @Test func anErrorWhileDrainingIsReportedAfterTheOthersHaveDrained() async {
        let failing = Recorder(name: "b", journal: journal) { signal in
            await signal.wait()
            throw Broken()
        }
        async let outcome = group(Recorder(name: "a", journal: journal), failing).run(until: shutdown)
        await failing.isRunning.wait()
        shutdown.trigger()
        #expect(await outcome == .failed(service: "b", error: "broken"))
        #expect(journal.entries.last == "a ended")
    }
}
