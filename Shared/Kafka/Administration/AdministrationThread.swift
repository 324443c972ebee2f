import CRdKafka
import Synchronization

/// Runs administrative calls, which block, one after the other on a thread of their own.
final class AdministrationThread: Sendable {
    private typealias Job = @Sendable (AdminCall) -> Void

    private let jobs = JobQueue()

    init(_ configuration: KafkaConfiguration) throws(KafkaError) {
        let handle = try ClientHandle.administration(configuration)
        let call = AdminCall(
            handle: handle, timeout: configuration.requestTimeout.wholeMilliseconds,
            servers: configuration.bootstrapServers)
        let jobs = jobs
        do throws(KafkaError) {
            try DedicatedThread.start("kafka-admin") {
                while let job = jobs.next() { job(call) }
                handle.destroy()
            }
        } catch {
            handle.destroy()
            throw error
        }
    }

    /// Ends the thread after the calls that wait.
    func end() { jobs.add(nil) }

    /// Runs `body` on the thread. The call ends when it does; cancelling the task does not cut it short.
    func perform<Answer: Sendable>(
        _ body: @escaping @Sendable (AdminCall) throws(KafkaError) -> Answer
    ) async throws -> Answer {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            jobs.add { call in
                do throws(KafkaError) { continuation.resume(returning: try body(call)) } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}
