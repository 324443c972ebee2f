import Catalog
import Foundation
import Testing

/// Each file of Broken/ says what is wrong with it where it is wrong: `# error: <message> | <advice>`, of which a part
/// suffices, and `# warning: …`.
@Suite("Broken definitions")
struct BrokenDefinitionTests {
    struct Expected {
        var line: Int
        var severity: Diagnostic.Severity
        var message: String
        var advice: String
    }

    static let files: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: CatalogPaths.tests + "/Broken")) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    static func expected(_ text: String) -> [Expected] {
        text.components(separatedBy: "\n").enumerated().compactMap { index, line in
            for severity in [Diagnostic.Severity.error, .warning] {
                guard let mark = line.range(of: "# \(severity.rawValue):") else { continue }
                let parts = line[mark.upperBound...].components(separatedBy: "|").map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
                return Expected(
                    line: index + 1, severity: severity, message: parts[0], advice: parts.count > 1 ? parts[1] : "")
            }
            return nil
        }
    }

    @Test func areThirtyAtLeast() {
        #expect(Self.files.count >= 30)
    }

    @Test(arguments: files)
    func eachProblemIsToldWithItsLineAndItsRemedy(_ name: String) throws {
        let file = CatalogPaths.tests + "/Broken/\(name).yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        var diagnostics = Diagnostics()
        _ = CatalogFolder.provider(Array(text.utf8), file: file, folder: name, diagnostics: &diagnostics)
        let found = diagnostics.sorted
        let expected = Self.expected(text)
        #expect(found.count == expected.count, "\(diagnostics)")
        for (problem, wanted) in zip(found, expected) {
            #expect(problem.origin.file == file)
            #expect(problem.origin.line == wanted.line, "\(problem)")
            #expect(problem.severity == wanted.severity, "\(problem)")
            #expect(wanted.message.isEmpty || problem.message.contains(wanted.message), "\(problem)")
            #expect(wanted.advice.isEmpty || problem.advice.contains(wanted.advice), "\(problem)")
            #expect(!problem.advice.isEmpty)
        }
    }

    @Test func oneProviderNeverHidesTheOthers() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("catalog-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in [
            ("good", "provider: good\nbase_url: https://x.example\nobjects: {}\n"),
            ("bad", "provider: bad\nobjects: ["), ("worse", "provider: other\nobjects: {}\n"),
        ] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: folder.appendingPathComponent("\(name)/provider.yaml"))
        }
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("empty"), withIntermediateDirectories: true)
        let catalog = CatalogFolder(path: folder.path)
        #expect(catalog.providers.keys.sorted() == ["good"])
        let files = Set(
            catalog.diagnostics.errors.compactMap {
                $0.origin.file?.split(separator: "/").suffix(2).first.map(String.init)
            })
        #expect(files == ["bad", "worse", "empty"])
        #expect(CatalogFolder(path: "/nowhere").diagnostics.errors.first?.advice.contains("TRIBUTARY_CATALOG") == true)
    }
}
