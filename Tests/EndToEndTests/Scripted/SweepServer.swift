import Foundation
import RawHTTPServer
import Synchronization

/// A provider that lists records in two pages, and beside that their ids, which is all that tells what is gone.
final class SweepServer: Sendable {
    /// The objects, each with its own trouble.
    enum Object: String, CaseIterable, Sendable {
        /// Nothing is wrong with these: one of each canonical type.
        case companies, people, deals
        /// The second page of ids is an error: one that is tried again, one that is ignored elsewhere.
        case failing, ignoring
        /// No ids at all; far fewer than before.
        case empty, dropped
    }

    /// Records of each object, on two pages.
    static let records = 40

    private final class State: Sendable {
        let gone = Mutex<[Object: Set<Int>]>([:])
        let isMended = Mutex(false)
    }
    private let state: State
    private let server: RawHTTPServer

    init() throws {
        let state = State()
        self.state = state
        server = try RawHTTPServer { request in
            guard let components = URLComponents(string: request.target) else { return [.response(404)] }
            let parts = components.path.split(separator: "/").map(String.init)
            guard parts.count == 2, let object = Object(rawValue: parts[1]) else { return [.response(404)] }
            let page = components.queryItems?.first { $0.name == "cursor" }?.value == "2" ? 1 : 0
            let isTroubled = parts[0] == "ids" && !state.isMended.withLock { $0 }
            let gone = state.gone.withLock { $0[object] ?? [] }
            return [Self.answer(object, page, gone, isTroubled: isTroubled)]
        }
    }

    /// Its address.
    var url: String { server.url }

    /// These records of `object` are no more.
    func remove(_ numbers: Set<Int>, of object: Object) { state.gone.withLock { $0[object] = numbers } }

    /// From now on every listing of ids is right.
    func mend() { state.isMended.withLock { $0 = true } }

    private static func answer(_ object: Object, _ page: Int, _ gone: Set<Int>, isTroubled: Bool) -> RawStep {
        switch (isTroubled, object, page) {
        case (true, .failing, 1): return .response(500, body: Array("out of order".utf8))
        case (true, .ignoring, 1): return .response(410, body: Array("{}".utf8))
        case (true, .empty, _): return .response(body: Array(#"{"items":[]}"#.utf8))
        default: break
        }
        let half = records / 2
        let items = (page * half..<(page + 1) * half).filter { !gone.contains($0) }.map { number in
            let name = "\(object.rawValue)\(number)"
            return #"{"id":"\#(name)","name":"\#(name)","domain":"\#(name).example","#
                + #""email":"\#(name)@mail.example","updated_at":\#(1_700_000_000_000 + number)}"#
        }
        let next = page == 0 ? #","next":"2""# : ""
        return .response(body: Array(#"{"items":[\#(items.joined(separator: ","))]\#(next)}"#.utf8))
    }
}
