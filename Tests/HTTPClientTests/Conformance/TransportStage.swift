import HTTPClient
import RawHTTPServer
import Synchronization

/// One transport with two hosts to talk to, the same for every implementation.
struct TransportStage: Sendable {
    enum Implementation: CaseIterable, Sendable { case scripted, curl }

    /// What a host answers on a path. In header values `{elsewhere}` and `{home}` stand for the hosts.
    enum Answer: Sendable {
        case response(Int, [HTTPHeader] = [], [UInt8] = [])
        case silence
    }

    /// A request as the host saw it.
    struct Seen: Sendable {
        var method: String
        var isElsewhere: Bool
        var target: String
        var headers: [HTTPHeader]
        var body: [UInt8]

        func header(_ name: String) -> String? { headers.first { $0.isNamed(name) }?.value }
    }

    let transport: any HTTPTransport
    /// `http://…` without a slash at the end.
    let home: String
    let elsewhere: String
    private let look: @Sendable () -> [Seen]
    private let servers: [RawHTTPServer]

    /// All requests in order.
    var seen: [Seen] { look() }

    init(_ implementation: Implementation, _ answers: [String: Answer]) throws {
        switch implementation {
        case .scripted: self.init(scripted: answers)
        case .curl: try self.init(served: answers)
        }
    }

    private init(scripted answers: [String: Answer]) {
        let home = "http://home.test"
        let elsewhere = "http://elsewhere.test"
        let script = answers.map { path, answer in
            let outcome: ScriptedExchange.Outcome =
                switch answer {
                case .response(let status, let headers, let body):
                    .response(HTTPResponse(status: status, headers: filled(headers, home, elsewhere), body: body))
                case .silence: .silence
                }
            return ScriptedExchange(RequestExpectation(url: path), outcome)
        }
        let transport = ScriptedTransport(script, order: .repeating)
        self.transport = transport
        self.home = home
        self.elsewhere = elsewhere
        servers = []
        look = {
            transport.requests.compactMap { request in
                guard let url = try? HTTPURL(request.url) else { return nil }
                return Seen(
                    method: request.method, isElsewhere: url.host == "elsewhere.test", target: url.pathAndQuery,
                    headers: request.headers, body: request.body ?? [])
            }
        }
    }

    private init(served answers: [String: Answer]) throws {
        let record = Record()
        let addresses = Addresses()
        func server(isElsewhere: Bool) throws -> RawHTTPServer {
            try RawHTTPServer { request in
                record.seen.withLock {
                    $0.append(
                        Seen(
                            method: request.method, isElsewhere: isElsewhere, target: request.target,
                            headers: request.headers, body: request.body))
                }
                switch answers[request.target] {
                case .response(let status, let headers, let body):
                    let (home, elsewhere) = addresses.value.withLock { $0 }
                    return [.response(status, filled(headers, home, elsewhere).map { ($0.name, $0.value) }, body: body)]
                case .silence: return [.hang]
                case nil: return [.response(599)]
                }
            }
        }
        let home = try server(isElsewhere: false)
        let elsewhere = try server(isElsewhere: true)
        addresses.value.withLock { $0 = (home.url, elsewhere.url) }
        transport = try CurlTransport(CurlSettings(addresses: loopback))
        self.home = home.url
        self.elsewhere = elsewhere.url
        servers = [home, elsewhere]
        look = { record.seen.withLock { $0 } }
    }
}

private func filled(_ headers: [HTTPHeader], _ home: String, _ elsewhere: String) -> [HTTPHeader] {
    headers.map { header in
        HTTPHeader(
            header.name,
            header.value.replacing("{home}", with: home).replacing("{elsewhere}", with: elsewhere))
    }
}

private final class Record: Sendable {
    let seen = Mutex<[TransportStage.Seen]>([])
}

private final class Addresses: Sendable {
    let value = Mutex<(String, String)>(("", ""))
}

extension RawRequest {
    /// The header lines as headers.
    var headers: [HTTPHeader] {
        headerLines.compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            return HTTPHeader(String(parts[0]), String(parts[1].drop { $0 == " " }))
        }
    }
}
