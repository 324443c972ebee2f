import Foundation
import RawHTTPServer
import Synchronization

/// The odd provider's HTTP server: each object's first page is good, its second one wrong until the server is mended.
final class OddServer: Sendable {
    /// What is wrong with an object's second page.
    enum Oddity: String, CaseIterable, Sendable {
        case fine, html, truncated, cut, flood, deep, latin, misshapen, idless
    }

    /// Records of each page.
    static let pageSize = 5
    /// Entries of the idless second page that have no usable id.
    static let idless = [#"{"name":"none"}"#, #"{"id":null}"#, #"{"id":""}"#, #"{"id":{"a":1}}"#]

    private let server: RawHTTPServer
    private let isMended: Mended

    private final class Mended: Sendable {
        let value = Mutex(false)
    }

    init() throws {
        let isMended = Mended()
        self.isMended = isMended
        server = try RawHTTPServer { request in
            guard let components = URLComponents(string: request.target),
                let oddity = Oddity(rawValue: String(components.path.dropFirst()))
            else { return [.response(404)] }
            guard components.queryItems?.contains(where: { $0.name == "cursor" }) ?? false else {
                return [.response(body: Array(Self.page(0, next: true).utf8))]
            }
            return isMended.value.withLock { $0 } ? [Self.good] : Self.steps(oddity)
        }
    }

    /// Its address.
    var url: String { server.url }

    /// From now on everything is right.
    func mend() { isMended.value.withLock { $0 = true } }

    private static var good: RawStep { .response(body: Array(page(1, next: false).utf8)) }

    private static func page(_ number: Int, next: Bool, more: [String] = []) -> String {
        let records = (0..<pageSize).map {
            #"{"id":"n\#(number * pageSize + $0)","updated_at":\#(1_700_000_000_000 + $0)}"#
        }
        return #"{"items":[\#((records + more).joined(separator: ","))]\#(next ? #","next":"2""# : "")}"#
    }

    private static func steps(_ oddity: Oddity) -> [RawStep] {
        let whole = page(1, next: false)
        switch oddity {
        case .fine: return [good]
        case .html:
            return [
                .response(200, [("Content-Type", "text/html")], body: Array("<!DOCTYPE html><html>sign in</html>".utf8))
            ]
        case .truncated: return [.response(body: Array(whole.utf8.prefix(whole.utf8.count / 2)))]
        case .cut:
            return [
                .text("HTTP/1.1 200 OK\r\nContent-Length: \(whole.utf8.count)\r\n\r\n"),
                .text(String(whole.prefix(20))),
                .close,
            ]
        case .flood:
            // Records without end and no length: as much as the client takes.
            let record = Array(
                String(repeating: #"{"id":"flood","text":"\#(String(repeating: "x", count: 980))"},"#, count: 64).utf8)
            return [.text("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"items\":["), .flood(record)]
        case .deep:
            let nested = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
            return [.response(body: Array(page(1, next: false, more: [#"{"id":"deep","nested":\#(nested)}"#]).utf8))]
        case .latin:
            var body = Array(#"{"items":[{"id":"l1","name":"M"#.utf8)
            body.append(0xFC)  // ü in ISO 8859-1, nothing in UTF-8
            return [
                .response(
                    200, [("Content-Type", "application/json; charset=iso-8859-1")],
                    body: body + Array(#"ller"}]}"#.utf8))
            ]
        case .misshapen: return [.response(body: Array(#"{"error":{"code":17}}"#.utf8))]
        case .idless: return [.response(body: Array(page(1, next: false, more: idless).utf8))]
        }
    }
}
