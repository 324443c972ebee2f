import Glibc

/// Work for one thread, which sleeps until there is some. `@unchecked Sendable`: guarded by its pthread mutex.
final class JobQueue: @unchecked Sendable {
    /// A call, or nil as the sign to end.
    typealias Job = @Sendable (AdminCall) -> Void

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let isFilled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [Job?] = []

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(isFilled, nil)
    }

    deinit {
        pthread_cond_destroy(isFilled)
        pthread_mutex_destroy(mutex)
        isFilled.deallocate()
        mutex.deallocate()
    }

    /// Puts a job behind the others.
    func add(_ job: Job?) {
        pthread_mutex_lock(mutex)
        waiting.append(job)
        pthread_cond_signal(isFilled)
        pthread_mutex_unlock(mutex)
    }

    /// The next job, as soon as there is one; nil at the end.
    func next() -> Job? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while waiting.isEmpty { pthread_cond_wait(isFilled, mutex) }
        return waiting.removeFirst()
    }
}
