import Catalog
import Exchanges
import Foundation
import JSON
import Models
import Operator
import Service
import Testing

@Suite("What somebody asks to be tried")
struct TrialRequestTests {
    private static let catalog = CatalogFolder(path: SmallCatalog.path)
    private let now = Timestamp(microseconds: 1_769_860_800_123_456)

    private func target(_ request: TrialRequest, environment: [String: String] = [:]) throws -> TrialTarget {
        try request.target(catalog: Self.catalog, environment: environment, now: now)
    }

    @Test func isAnObjectOfTheCatalogWithSettingsAndSecrets() throws {
        let target = try target(
            TrialRequest(
                name: "stripe/charges", settings: ["emulator": "true", "base_url": "http://127.0.0.1:1"],
                secrets: ["api_key": "env:KEY"], authorization: "bearer"), environment: ["KEY": "sk"])
        #expect(target.object == "charges" && target.provider.name == "stripe")
        #expect(target.context.settings == ["base_url": "http://127.0.0.1:1", "emulator": true])
        #expect(target.context.secrets["api_key"]?.reveal() == "sk")
        #expect(target.context.authorization == "bearer")
        #expect(target.context.kind == .initial && target.context.until == Timestamp(seconds: 1_769_860_800))
    }

    @Test func asksForWhatChangedSinceATime() throws {
        let target = try target(TrialRequest(name: "stripe/charges", since: "2026-01-31"))
        #expect(target.context.kind == .incremental)
        #expect(target.context.completeUntil == Timestamp(rfc3339: "2026-01-31T00:00:00Z"))
        let full = try self.target(TrialRequest(name: "stripe/charges", since: "2026-01-31", isFull: true))
        #expect(full.context.kind == .full)
    }

    @Test func mayChangeTheDefinition() throws {
        let patch = DefinitionNode(
            ["objects": ["mine": ["type": "widgets", "request": ["path": "/mine"]]]], layer: .trial)
        let target = try target(TrialRequest(name: "stripe/mine", patch: patch))
        #expect(try target.definition().object.name == "mine")
    }

    @Test func takesASecretFromAFile() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "secret-\(UUID())").path
        try Data("sk_file\n".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let target = try target(TrialRequest(name: "stripe/charges", secrets: ["api_key": "@\(path)"]))
        #expect(target.context.secrets["api_key"]?.reveal() == "sk_file")
    }

    @Test(
        arguments: [
            (TrialRequest(name: "strype/charges"), "did you mean stripe?", ExitCode.badInput),
            (TrialRequest(name: "stripe/charge"), "did you mean charges?", .badInput),
            (TrialRequest(name: "stripe"), "neither", .usage),
            (TrialRequest(name: "stripe/charges", settings: ["emulater": "true"]), "did you mean emulator?", .badInput),
            (TrialRequest(name: "stripe/charges", settings: ["emulator": "perhaps"]), "true or false", .badInput),
            (TrialRequest(name: "zendesk/tickets"), "'subdomain' is missing", .badInput),
            (TrialRequest(name: "stripe/charges", since: "yesterday"), "must be a time", .usage),
            (
                TrialRequest(name: "stripe/charges", secrets: ["api_key": "env:NO"]), "NO of the secret api_key",
                .badInput
            ),
            (TrialRequest(name: "stripe/charges", secrets: ["api_key": "@/no/file"]), "cannot be read", .badInput),
        ])
    func isRefusedWithWhatToDo(_ request: TrialRequest, _ problem: String, _ code: ExitCode) {
        let failure = #expect(throws: CommandFailure.self) { try target(request) }
        #expect(failure?.description.contains(problem) == true, "\(failure?.description ?? "")")
        #expect(failure?.exitCode == code)
    }

    @Test func neverTakesASecretFromTheCommandLine() {
        let failure = #expect(throws: CommandFailure.self) {
            try target(TrialRequest(name: "stripe/charges", secrets: ["api_key": "sk_live_1"]))
        }
        #expect(failure?.exitCode == .usage && failure?.description.contains("sk_live_1") == false)
    }
}
