import Foundation
import RawHTTPServer

/// What a provider may do to whoever asks it. Each is the path of an object of its own; all but those that answer to
/// the very first request begin with a page that is in order.
enum Hostility: String, CaseIterable, Sendable {
    case redirectToLoopback, redirectToLinkLocal, nameOfLoopback
    case samePageForEver, emptyPagesForEver, newPagesForEver, repeatedCursor, circleOfCursors
    case declaredGigabyte, endlessBody, gzipBomb, slowDrip
    case longHeader, manyHeaders, endlessHeaders
    case invalidUTF8, deepNesting, duplicateKeys, hugeNumbers, changingIDs

    /// The name of its object, and the path.
    var object: String { rawValue.lowercased() }

    /// What must come of it.
    enum End: Sendable, Equatable {
        /// The run fails: the class, and a part of the cause.
        case failed(String, String)
        /// The run is postponed with its position kept, because the request may well do next time.
        case postponed(String, String)
        /// The run ends; these ids are sent in this order, and so many records are rejected.
        case drained([String], rejected: Int)
    }

    var end: End {
        switch self {
        case .redirectToLoopback, .redirectToLinkLocal, .nameOfLoopback: .failed("configuration", "address")
        case .samePageForEver: .failed("definition", "the same page")
        case .emptyPagesForEver: .failed("definition", "without an entry")
        case .newPagesForEver: .failed("definition", "has not ended after 50 pages")
        case .repeatedCursor, .circleOfCursors: .failed("definition", "named before")
        case .declaredGigabyte, .endlessBody, .gzipBomb: .failed("definition", "larger than")
        case .slowDrip: .postponed("transient", "no whole answer")
        case .longHeader, .manyHeaders, .endlessHeaders: .failed("definition", "headers")
        case .invalidUTF8: .failed("definition", "UTF-8")
        case .deepNesting: .failed("definition", "deep")
        // As in Postgres the last of several members counts; the bytes keep all of them.
        case .duplicateKeys: .drained(["1", "2", "last"], rejected: 0)
        case .hugeNumbers:
            .drained(
                ["1", "2", "123456789012345678901234567890", "whole", "real", "-99999999999999999999"], rejected: 1)
        case .changingIDs: .drained(["1", "2", "7", "8", "true", "7", "1e2"], rejected: 1)
        }
    }

    /// Whether a name is asked, which turns out to be this machine.
    var isAskedByName: Bool { self == .nameOfLoopback }

    /// What the server says to a request for the page at `cursor`, nil for the first one.
    func steps(_ cursor: String?) -> [RawStep] {
        switch self {
        case .redirectToLoopback: return Self.redirect(to: "http://127.0.0.2:8080/latest/meta-data")
        case .redirectToLinkLocal: return Self.redirect(to: "http://169.254.169.254/latest/meta-data")
        case .nameOfLoopback: return Self.page(#"{"id":"1"}"#)
        case .samePageForEver: return Self.page(Self.good, next: (Int(cursor ?? "") ?? 0) + 1)
        case .newPagesForEver:
            let number = Int(cursor ?? "") ?? 0
            return Self.page(#"{"id":"\#(number)"}"#, next: number + 1)
        default: return cursor == nil ? Self.page(Self.good, next: 1) : second(cursor ?? "")
        }
    }

    /// 128 MB of spaces in less than one.
    private static let bomb = Deflated.gzipRun(of: UInt8(ascii: " "), count: 1 << 27)
    private static let good = #"{"id":"1"},{"id":"2"}"#

    private static func redirect(to place: String) -> [RawStep] { [.response(302, [("Location", place)])] }

    private static func page(_ items: String, next: Int? = nil) -> [RawStep] {
        [.response(body: Array(#"{"items":[\#(items)],"next":\#(next.map { "\"\($0)\"" } ?? "null")}"#.utf8))]
    }

    /// The page that is not in order.
    private func second(_ cursor: String) -> [RawStep] {
        let record = Array(#"{"id":"flood","text":"\#(String(repeating: "x", count: 65_000))"},"#.utf8)
        switch self {
        case .emptyPagesForEver: return Self.page("", next: (Int(cursor) ?? 0) + 1)
        case .repeatedCursor: return Self.page(#"{"id":"3"}"#, next: 1)
        case .circleOfCursors: return Self.page(#"{"id":"in \#(cursor)"}"#, next: ((Int(cursor) ?? 0) + 1) % 7)
        case .declaredGigabyte:
            return [.text("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{\"items\":["), .flood(record)]
        case .endlessBody: return [.text("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"items\":["), .flood(record)]
        case .gzipBomb:
            return [
                .response(
                    200, [("Content-Encoding", "gzip")], body: Self.bomb)
            ]
        case .slowDrip:
            return [
                .text("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
                .drip(Array(repeating: UInt8(ascii: " "), count: 1000), every: .milliseconds(50)),
            ]
        case .longHeader:
            return [.response(200, [("X-Long", String(repeating: "x", count: 1 << 20))], body: Array("{}".utf8))]
        case .manyHeaders:
            return [.response(200, (0..<20_000).map { ("X-Number-\($0)", "x") }, body: Array("{}".utf8))]
        case .endlessHeaders:
            let lines = String(repeating: "X-More: \(String(repeating: "y", count: 100))\r\n", count: 100)
            return [.text("HTTP/1.1 200 OK\r\n"), .flood(Array(lines.utf8))]
        case .invalidUTF8:
            return [.response(body: Array(#"{"items":[{"id":"M"#.utf8) + [0xFC] + Array(#"ller"}]}"#.utf8))]
        case .deepNesting:
            let nested = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
            return Self.page(#"{"id":"deep","nested":\#(nested)}"#)
        case .duplicateKeys: return Self.page(#"{"id":"first","id":"last","a":1,"a":2}"#)
        case .hugeNumbers:
            return Self.page(
                #"{"id":123456789012345678901234567890},{"id":"whole","n":99999999999999999999},{"id":"real","n":1e400},"#
                    + #"{"id":-99999999999999999999},{"id":\#(String(repeating: "9", count: 5000))}"#)
        case .changingIDs:
            return cursor == "1"
                ? Self.page(#"{"id":7},{"id":"8"},{"id":true}"#, next: 2)
                : Self.page(#"{"id":"7"},{"id":1e2},{"id":{"value":9}}"#)
        default: return Self.page("")
        }
    }
}

/// A provider of which all objects but one mean harm.
final class HostileServer: Sendable {
    /// The one that does not.
    static let healthy = "healthy"
    /// How many records that has, three to a page.
    static let healthyRecords = 30

    private let server: RawHTTPServer

    init() throws {
        server = try RawHTTPServer { request in
            let parts = request.target.split(separator: "?", maxSplits: 1)
            let object = String(parts.first?.dropFirst() ?? "")
            let cursor = parts.count > 1 ? parts[1].split(separator: "=").last.map(String.init) : nil
            return Hostility.allCases.first { $0.object == object }?.steps(cursor) ?? Self.healthy(cursor)
        }
    }

    /// Where it is, by number or by name.
    func url(byName: Bool) -> String { byName ? "http://localhost:\(server.port)" : server.url }

    private static func healthy(_ cursor: String?) -> [RawStep] {
        let first = Int(cursor ?? "") ?? 0
        let items = (first..<first + 3).map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
        let next = first + 3 < healthyRecords ? "\"\(first + 3)\"" : "null"
        return [.response(body: Array(#"{"items":[\#(items)],"next":\#(next)}"#.utf8))]
    }

    func stop() { server.stop() }
}
