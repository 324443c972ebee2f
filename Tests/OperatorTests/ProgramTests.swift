import Catalog
import Exchanges
import Foundation
import Operator
import Service
import Testing

@Suite("tributary on a command line")
struct ProgramTests {
    private func run(_ arguments: [String]) async -> (code: ExitCode, output: String, errors: String) {
        let terminal = MemoryTerminal()
        let code = await OperatorProgram.program.run(arguments, environment: [:], terminal: terminal)
        return (code, terminal.output, terminal.errors)
    }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "catalog-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    @Test func aNewProviderIsValidAndItsExchangesFit() async throws {
        try await withFolder { folder in
            let made = await run(["new", "provider", "my-crm", "--catalog", folder])
            #expect(made.code == .success && made.output.contains("tributary try my-crm/things"), "\(made.errors)")
            let checked = await run(["validate", folder])
            #expect(checked.code == .success)
            #expect(checked.output.contains("1 providers, 1 objects, 0 errors, 0 warnings"), "\(checked.output)")
            let one = await run(["validate", "\(folder)/my-crm"])
            #expect(one.output.contains("1 providers, 1 objects, 0 errors, 0 warnings"), "\(one.output)")
            let files = ExchangeFiles(providers: folder)
            #expect(files.names == ["my-crm/exchanges/first-sync.yaml"])
            let play = try PurePlay(files.script(files.names[0]), catalog: CatalogFolder(path: folder))
            #expect(play.problems == [])
        }
    }

    @Test func aProviderThatExistsIsLeftAlone() async throws {
        try await withFolder { folder in
            _ = await run(["new", "provider", "my-crm", "--catalog", folder])
            let file = "\(folder)/my-crm/provider.yaml"
            try Data("mine".utf8).write(to: URL(filePath: file))
            let again = await run(["new", "provider", "my-crm", "--catalog", folder])
            #expect(again.code == .badInput && again.errors.contains("exists already"))
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
        }
    }

    @Test(
        arguments: [
            (["new", "object", "x"], ExitCode.usage, "only a provider"),
            (["new", "provider"], .usage, "<name> is missing"),
            (["new", "provider", "My CRM"], .usage, "lower-case letters"),
            (["try"], .usage, "<object> is missing"),
            (["try", "a/b/c"], .usage, "set TRIBUTARY_POSTGRES"),
            (["try", "a/b/c", "--setting", "x=y"], .usage, "--setting is for provider/object"),
            (["try", "stripe/charges", "--limit", "0"], .usage, "whole number from 1"),
            (["try", "stripe/charges", "--setting", "emulator"], .usage, "NAME=VALUE"),
            (["try", "stripe/charges", "--patch", "/no/file"], .badInput, "/no/file cannot be read"),
            (["try", "stripe/charges", "--catalog", "/no/folder"], .badInput, "no usable provider stripe"),
            (["record", "stripe/charges", "--secret", "api_key=sk_1"], .usage, "api_key=env:NAME"),
        ])
    func aMistakeIsToldWithItsExitCode(_ arguments: [String], _ code: ExitCode, _ problem: String) async {
        var arguments = arguments
        if arguments[0] != "new", !arguments.contains("--catalog") { arguments += ["--catalog", SmallCatalog.path] }
        let result = await run(arguments)
        #expect(result.code == code, "\(result)")
        #expect(result.errors.contains(problem), "\(result.errors)")
    }

    @Test func tryWithoutASecretSaysWhichIsMissing() async {
        let result = await run(["try", "stripe/charges", "--catalog", SmallCatalog.path])
        #expect(result.code == .badInput && result.errors.contains("give the secrets: api_key"), "\(result)")
    }
}
