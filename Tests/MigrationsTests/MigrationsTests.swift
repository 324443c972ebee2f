import Foundation
import Migrations
import Testing

@Suite struct MigrationsTests {
    @Test func `every file of the folder is part of the build, byte for byte and in order`() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Shared/Storage/Migrations/sql").standardized
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sql") }
            .sorted()
        #expect(!files.isEmpty)
        #expect(Migrations.all.map { $0.label + ".sql" } == files, "list new files in CMigrationScripts.c")
        for (file, migration) in zip(files, Migrations.all) {
            let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            #expect(migration.sql == text, "\(file)")
        }
        #expect(Migrations.all.map(\.number) == Array(1...files.count))
    }

    @Test func `a service is unready outside the versions it knows, and says what to do`() {
        let range = SchemaRange(2, 3)
        #expect(range.verdict(on: 2) == .fits)
        #expect(range.verdict(on: 3) == .fits)
        #expect(range.verdict(on: 0) == .tooOld(found: 0, needed: 2))
        #expect(range.verdict(on: 1) == .tooOld(found: 1, needed: 2))
        #expect(range.verdict(on: 4) == .tooNew(found: 4, known: 3))
        #expect(range.verdict(on: 1).description.contains("tributary migrate"))
        #expect(range.verdict(on: 4).description.contains("update the service"))
        #expect(SchemaRange(3, 1).verdict(on: 3) == .fits)
    }
}
