import Catalog
import Exchanges
import Foundation
import HTTPClient
import JSON
import Operator
import RawHTTPServer
import Service
import Testing

/// The integration engineer's loop against a provider that answers: new, try, record, and the file fits at once.
@Suite("new, try and record")
struct TryAndRecordTests {
    /// Three pages of five entries; a wrong token is refused.
    private static func provider() throws -> RawHTTPServer {
        try RawHTTPServer { request in
            guard request.header("Authorization") == "Bearer sk_hidden_77" else {
                return [.response(401, body: Array(#"{"error":"no such token"}"#.utf8))]
            }
            let page =
                request.target.split(separator: "&").joined(separator: "?").split(separator: "?")
                .first { $0.hasPrefix("cursor=page-") }.flatMap { Int($0.dropFirst("cursor=page-".count)) } ?? 0
            let entries = (0..<5).map { index -> JSONValue in
                [
                    "id": .string("tck_\(page)x\(index)Q"), "subject": "Pump of Ada Lovelace leaks", "state": "closed",
                    "requester": "ada@analytical.example", "echo": "sk_hidden_77", "account_id": 4711,
                    "created_at": "2026-01-30T09:00:00Z", "updated_at": "2026-01-31T10:00:00Z",
                ]
            }
            let body: JSONValue = [
                "data": .array(entries), "next_cursor": page < 2 ? .string("page-\(page + 1)") : .null,
            ]
            return [.response(200, [("Content-Type", "application/json")], body: body.encoded)]
        }
    }

    private struct Desk {
        let folder: String
        let secret: String
        let server: RawHTTPServer

        func run(_ command: String, _ flags: [String] = []) async -> (code: ExitCode, output: String, errors: String) {
            let terminal = MemoryTerminal()
            let code = await OperatorProgram.program.run(
                [
                    command, "my-desk/things", "--catalog", folder, "--secret", "token=@\(secret)", "--setting",
                    "base_url=\(server.url)", "--allow-addresses", "127.0.0.0/8",
                ] + flags, environment: [:], terminal: terminal)
            return (code, terminal.output, terminal.errors)
        }
    }

    private func withDesk(token: String = "sk_hidden_77", _ body: (Desk) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "desk-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let secret = folder + ".secret"
        try Data("\(token)\n".utf8).write(to: URL(filePath: secret))
        defer { try? FileManager.default.removeItem(atPath: secret) }
        let made = await OperatorProgram.program.run(
            ["new", "provider", "my-desk", "--catalog", folder], environment: [:], terminal: MemoryTerminal())
        try #require(made == .success)
        try FileManager.default.removeItem(atPath: "\(folder)/my-desk/exchanges/first-sync.yaml")
        let server = try Self.provider()
        defer { server.stop() }
        try await body(Desk(folder: folder, secret: secret, server: server))
    }

    @Test(.timeLimit(.minutes(5))) func tryShowsRealRecordsAndStoresNothing() async throws {
        try await withDesk { desk in
            let result = await desk.run("try", ["--limit", "7"])
            #expect(result.code == .success, "\(result.errors)")
            #expect(result.output.contains("Pump of Ada Lovelace leaks") && result.output.contains("7 of 10 records"))
            #expect(result.output.contains("cursor=page-2"))
            #expect(!result.output.contains("sk_hidden_77"))
            #expect(desk.server.log.requests.count == 2)
            let files = try FileManager.default.contentsOfDirectory(atPath: "\(desk.folder)/my-desk/exchanges")
            #expect(files == [])
        }
    }

    @Test(
        .timeLimit(.minutes(5)),
        arguments: [["--limit", "100"], ["--limit", "7"], ["--limit", "7", "--entries", "1"]])
    func aRecordedFileFitsAtOnceAndTellsOfNobody(_ flags: [String]) async throws {
        try await withDesk { desk in
            let result = await desk.run("record", flags)
            try #require(result.code == .success, "\(result.errors)")
            let files = ExchangeFiles(providers: desk.folder)
            #expect(files.names == ["my-desk/exchanges/things-first-sync.yaml"])
            let text = try String(contentsOfFile: "\(desk.folder)/\(files.names[0])", encoding: .utf8)
            for word in ["Ada", "ada@", "analytical", "sk_hidden", "4711", "127.0.0.1", "0x0Q"] {
                #expect(!text.contains(word), "\(word)")
            }
            let script = try files.script(files.names[0])
            let catalog = CatalogFolder(path: desk.folder)
            let pure = try PurePlay(script, catalog: catalog)
            #expect(pure.problems == [], "\(text)")
            let transport = try CurlTransport(CurlSettings(addresses: .any))
            let real = try await RealPlay(script, catalog: catalog, transport: transport)
            #expect(real.problems == [], "\(text)")
            #expect(script.steps.count >= 3 && !script.yields.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(5))) func aFailureIsRecordedToo() async throws {
        try await withDesk(token: "wrong-token") { desk in
            let tried = await desk.run("try", ["--json"])
            #expect(tried.code == .failure)
            let json = try JSONValue(parsing: tried.output)
            #expect(json["failure"]?["class"] == "authorization")
            let recorded = await desk.run("record", ["--name", "refused"])
            try #require(recorded.code == .success, "\(recorded.errors)")
            let script = try ExchangeFiles(providers: desk.folder).script("my-desk/exchanges/refused.yaml")
            #expect(script.ends == "failed authorization")
            let play = try PurePlay(script, catalog: CatalogFolder(path: desk.folder))
            #expect(play.problems == [])
        }
    }

    @Test(.timeLimit(.minutes(5))) func aFileThatExistsIsLeftAloneUnlessItIsToBeReplaced() async throws {
        try await withDesk { desk in
            _ = await desk.run("record")
            let again = await desk.run("record")
            #expect(again.code == .badInput && again.errors.contains("--replace"))
            let replaced = await desk.run("record", ["--replace"])
            #expect(replaced.code == .success)
            let shown = await desk.run("record", ["-o", "-"])
            #expect(shown.code == .success && shown.output.hasPrefix("# Recorded with `tributary record` on "))
        }
    }
}
