import CRdKafkaShim
import Glibc

/// A thread of its own for blocking calls of a C library, which must not hold up the tasks of the process.
enum DedicatedThread {
    private final class Body {
        let name: String
        let run: @Sendable () -> Void
        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        kafka_shim_name_thread(body.name)
        body.run()
        return nil
    }

    /// Runs `body` on a new thread called `name` (at most 15 bytes) and forgets about it.
    /// - Throws: `KafkaError` of kind `fatal` if the system has no thread to give.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(KafkaError) {
        let argument = Unmanaged.passRetained(Body(name: name, run: body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, entry, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw KafkaError(
                .fatal, code: "_CRIT_SYS_RESOURCE",
                "no thread could be started (error \(code)). Raise the process's thread limit.")
        }
        pthread_detach(thread)
    }
}
