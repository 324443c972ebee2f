import Glibc

/// Writes lines to a file descriptor from one thread of its own. A worker only copies its line into a bounded buffer;
/// if the reader of the log is too slow, lines are dropped and counted, and the count is written when there is room.
public final class LogWriter: LogOutput, @unchecked Sendable {
    /// Standard error, with room for 4 MB.
    public static let standardError = LogWriter(descriptor: 2, capacity: 4 << 20)

    private let descriptor: Int32
    private let capacity: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // Guarded by `mutex`.
    private var pending: [UInt8] = []
    private var isWriting = false
    private var isClosed = false
    private var dropped = 0
    private var droppedInAll = 0

    /// A writer to `descriptor`, which stays the caller's, that holds at most `capacity` bytes back.
    public init(descriptor: Int32, capacity: Int) {
        self.descriptor = descriptor
        self.capacity = capacity
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        var thread = pthread_t()
        pthread_create(&thread, nil, Self.threadBody, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(changed)
        mutex.deallocate()
        changed.deallocate()
    }

    /// How many lines were dropped since the start.
    public var droppedLines: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return droppedInAll
    }

    /// Takes one piece of text.
    public func write(_ line: [UInt8]) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard pending.count + line.count <= capacity, !isClosed else {
            dropped += 1
            droppedInAll += 1
            return
        }
        if dropped > 0 {
            let report = LogLine(
                time: SystemClock().now, level: .warning, label: "log",
                message: "log lines were dropped because the reader of the log is too slow",
                values: [.dropped: .int(dropped)])
            pending += line.first == UInt8(ascii: "{") ? report.json([:]) : report.text([:])
            dropped = 0
        }
        pending += line
        pthread_cond_broadcast(changed)
    }

    /// Waits until what was taken is out.
    public func flush() {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += 2
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !pending.isEmpty || isWriting {
            if pthread_cond_timedwait(changed, mutex, &deadline) != 0 { return }
        }
    }

    /// Writes out what it holds and ends the thread. Lines that come later are dropped.
    public func close() {
        flush()
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }

    // In a static member: a closure at top level would be inferred @MainActor and trap on this thread.
    private static let threadBody: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        if let context { Unmanaged<LogWriter>.fromOpaque(context).takeRetainedValue().run() }
        return nil
    }

    private func run() {
        var batch: [UInt8] = []
        while take(&batch) { writeOut(batch) }
    }

    private func take(_ batch: inout [UInt8]) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        isWriting = false
        pthread_cond_broadcast(changed)
        while pending.isEmpty && !isClosed { pthread_cond_wait(changed, mutex) }
        batch.removeAll(keepingCapacity: true)
        swap(&batch, &pending)
        isWriting = !batch.isEmpty
        return isWriting
    }

    /// A log that cannot be written has nowhere to complain: its lines are lost.
    private func writeOut(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
                if count < 0 {
                    if errno == EINTR { continue }
                    if errno == EAGAIN, waitUntilWritable() { continue }
                    return
                }
                offset += count
            }
        }
    }

    private func waitUntilWritable() -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return Glibc.poll(&poll, 1, -1) >= 0 || errno == EINTR
    }
}
