import CMicroHTTPD
import CMicroHTTPDShim
import Synchronization

/// Writes a body while it is sent.
public struct ResponseWriter: Sendable {
    let stream: ResponseStream

    /// Sends `bytes`; returns when there is room for more.
    /// - Throws: `CancellationError` when the client has gone or the server is being stopped.
    public func write(_ bytes: [UInt8]) async throws { try await stream.write(bytes) }
}

/// The buffer between the task that makes a body and the daemon's thread that sends it.
final class ResponseStream: Sendable {
    private enum End { case no, complete, broken }
    private struct State {
        var pending: [UInt8] = []
        var end = End.no
        var isSuspended = false
        var producer: Task<Void, Never>?
        var hasBegun = false
        var room: CheckedContinuation<Void, Never>?
    }
    private static let highWater = 256 << 10

    // Only used while suspended, when the connection cannot end.
    private nonisolated(unsafe) let connection: OpaquePointer
    private let body: @Sendable (ResponseWriter) async throws -> Void
    private let state = Mutex(State())

    init(connection: OpaquePointer, body: @escaping @Sendable (ResponseWriter) async throws -> Void) {
        self.connection = connection
        self.body = body
    }

    /// Gives the daemon's thread what there is, and suspends the connection when that is nothing.
    func pull(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let (count, room) = state.withLock { state -> (Int, CheckedContinuation<Void, Never>?) in
            if !state.hasBegun {
                state.hasBegun = true
                state.producer = Task { await self.produce() }
            }
            if !state.pending.isEmpty {
                let count = min(buffer.count, state.pending.count)
                buffer.copyBytes(from: state.pending[..<count])
                state.pending.removeFirst(count)
                guard state.pending.count < Self.highWater / 2 else { return (count, nil) }
                defer { state.room = nil }
                return (count, state.room)
            }
            switch state.end {
            case .complete: return (-1, nil)
            case .broken: return (-2, nil)
            case .no:
                // Under the lock that the producer resumes under.
                state.isSuspended = true
                MHD_suspend_connection(connection)
                return (0, nil)
            }
        }
        room?.resume()
        return count
    }

    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                guard state.end == .no else { return true }
                state.pending += bytes
                resume(&state)
                if state.pending.count < Self.highWater { return true }
                state.room = continuation
                return false
            }
            if goesOn { continuation.resume() }
        }
        if state.withLock({ $0.end == .broken }) { throw CancellationError() }
    }

    /// Breaks the response off, unless it is complete.
    func fail() {
        let (producer, room) = state.withLock { state in
            if state.end == .no { state.end = .broken }
            resume(&state)
            defer { (state.room, state.producer) = (nil, nil) }
            return (state.producer, state.room)
        }
        producer?.cancel()
        room?.resume()
    }

    private func produce() async {
        do {
            try await body(ResponseWriter(stream: self))
            state.withLock { state in
                if state.end == .no { state.end = .complete }
                resume(&state)
            }
        } catch {
            fail()
        }
    }

    private func resume(_ state: inout State) {
        guard state.isSuspended else { return }
        state.isSuspended = false
        MHD_resume_connection(connection)
    }
}
