import Foundation
import Testing

@Suite struct ArchitectureTests {
    private let tree: SourceTree
    private let doors: Set<String> = ["Kafka", "Postgres", "HTTPClient", "HTTPServer", "Storage"]

    init() throws { tree = try SourceTree.shared.get() }

    /// Each import in `files` that `isForbidden`, as "file imports module".
    private func violations(_ files: [SourceTree.File], _ isForbidden: (String) -> Bool) -> [String] {
        files.flatMap { file in file.imports.filter(isForbidden).map { "\(file.path) imports \($0)" } }
    }

    @Test func theTreeWasFound() {
        #expect(tree.files.count > 50)
        #expect(tree.files(under: "Shared/Models").count > 5)
        #expect(tree.files(under: "Services").count >= 4)
    }

    @Test func importLinesAreUnderstood() {
        let file = SourceTree.File(
            path: "x",
            text: """
                import A
                public import B
                @preconcurrency import C
                import struct D.Thing
                @testable internal import E
                // import F
                let text = "import G"
                """)
        #expect(file.imports == ["A", "B", "C", "D", "E"])
    }

    @Test func noServiceImportsAnother() {
        let services: Set<String> = ["Scheduler", "Retriever", "Processor", "Operator"]
        #expect(violations(tree.files(under: "Services"), services.contains) == [])
        #expect(violations(tree.files(under: "Shared"), services.contains) == [])
    }

    @Test func modelsImportsNothingButTheToolchain() {
        let toolchain: Set<String> = ["Swift", "FoundationEssentials", "Foundation", "Glibc", "Synchronization"]
        #expect(violations(tree.files(under: "Shared/Models")) { !toolchain.contains($0) } == [])
    }

    @Test func theCatalogOpensNoDoor() {
        #expect(violations(tree.files(under: "Shared/Catalog"), doors.contains) == [])
    }

    @Test func stateMachinesOpenNoDoor() {
        let machines = tree.files.filter { file in
            guard let name = file.path.split(separator: "/").last, !file.path.hasPrefix("Tests/") else { return false }
            return name.hasSuffix("State.swift") || name.hasSuffix("StateMachine.swift")
                || name.hasSuffix("Machine.swift")
        }
        #expect(!machines.isEmpty)
        #expect(violations(machines, doors.contains) == [])
    }

    @Test(arguments: [
        ("CRdKafka", "Kafka"), ("CLibPQ", "Postgres"), ("CCurl", "HTTPClient"), ("CMicroHTTPD", "HTTPServer"),
        ("CYAML", "YAML"), ("CCrypto", "Cryptography"), ("CSimdjson", "JSON"),
        ("CJemalloc", "MemoryAllocator"), ("CArchive", "Archives"),
    ])
    func aCLibraryIsConfinedToItsModule(library: String, module: String) {
        let others = tree.files.filter {
            !$0.path.hasPrefix("Shared/\(module)/") && !$0.path.hasPrefix("Tests/\(module)Tests/")
        }
        #expect(violations(others) { $0 == library || $0 == library + "Shim" } == [])
    }

    @Test func noSharedModuleImportsAnythingAboveIt() {
        // The layers from the bottom; a module imports from below its own layer only.
        let layers: [Set<String>] = [
            ["Models", "JSON", "YAML", "Cryptography", "Migrations", "MemoryAllocator", "Archives"],
            ["Kafka", "Postgres", "HTTPClient", "HTTPServer"],
            ["Catalog", "Storage", "Service"],
            ["Connections", "Credentials"],
        ]
        for (height, layer) in layers.enumerated() {
            let above = Set(layers[(height + 1)...].joined())
            for module in layer {
                #expect(violations(tree.files(under: "Shared/\(module)"), above.contains) == [])
            }
        }
    }

    @Test func noFolderIsACatchAll() {
        let names: Set<String> = ["utils", "util", "utilities", "common", "helpers", "helper", "misc", "managers"]
        #expect(tree.folders.filter { names.contains(URL(filePath: $0).lastPathComponent.lowercased()) } == [])
    }

    @Test func noSwiftFileIsLongerThan400Lines() {
        #expect(tree.files.filter { $0.lineCount > 400 }.map { "\($0.path): \($0.lineCount) lines" } == [])
    }

    @Test func everyTestTargetIsInThePackage() throws {
        let manifest = try String(contentsOf: tree.root.appending(path: "Package.swift"), encoding: .utf8)
        let folders = Set(
            tree.files(under: "Tests").compactMap { file in
                file.path.split(separator: "/").dropFirst().first.map(String.init)
            }.filter { $0.hasSuffix("Tests") })
        #expect(folders.count > 3)
        #expect(folders.filter { !manifest.contains("\"\($0)\"") }.sorted() == [])
    }
}
