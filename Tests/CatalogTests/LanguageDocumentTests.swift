import Catalog
import Foundation
import Testing

@Suite("The language's document")
struct LanguageDocumentTests {
    static let sections: [String: String] = {
        let text = (try? String(contentsOfFile: CatalogPaths.catalog + "/LANGUAGE.md", encoding: .utf8)) ?? ""
        var sections: [String: String] = [:]
        for part in text.components(separatedBy: "\n#").dropFirst() {
            let lines = part.split(separator: "\n", maxSplits: 1)
            let heading = lines[0].drop { $0 == "#" }.trimmingCharacters(in: .whitespaces)
            sections[heading] = lines.count > 1 ? String(lines[1]) : ""
        }
        return sections
    }()

    /// The names in the first column of a section's table.
    static func rows(_ heading: String) -> [String]? {
        sections[heading]?.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            String(row.dropFirst(3).prefix { $0 != "`" && $0 != "(" && $0 != "." })
        }
    }

    @Test(arguments: LanguageReference.components.map(\.heading))
    func documentsEveryKeyAndNoOther(_ heading: String) throws {
        let keys = try LanguageReference.components.first { $0.heading == heading }.orFail().keys
        #expect(Set(try Self.rows(heading).orFail()) == Set(keys))
    }

    @Test func documentsEveryFilterNameAndFormatAndNoOther() throws {
        #expect(Set(try Self.rows("Filters").orFail()) == Set(LanguageReference.filters.map(\.name)))
        #expect(Set(try Self.rows("Names").orFail()) == Set(LanguageReference.names))
        #expect(Set(try Self.rows("Timestamps").orFail()) == Set(LanguageReference.formats))
        #expect(Set(try Self.rows("Timestamps: patterns").orFail()) == Set(LanguageReference.patternParts.map(\.name)))
    }

    @Test func itsExampleIsADefinitionWithoutProblems() throws {
        let text = try String(contentsOfFile: CatalogPaths.catalog + "/LANGUAGE.md", encoding: .utf8)
        let example = try text.components(separatedBy: "```yaml\n").dropFirst().first.orFail().components(
            separatedBy: "```")[0]
        var diagnostics = Diagnostics()
        let provider = CatalogFolder.provider(
            Array(example.utf8), file: "LANGUAGE.md", folder: nil, diagnostics: &diagnostics)
        #expect(diagnostics.sorted.map(\.description) == [])
        #expect(provider?.objectNames == ["tickets"])
    }
}
