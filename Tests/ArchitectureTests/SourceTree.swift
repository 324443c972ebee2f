import Foundation

/// The Swift files of the repository and what they import.
struct SourceTree: Sendable {
    struct File: Sendable {
        /// From the root, as `Shared/Kafka/KafkaSeam.swift`.
        let path: String
        let lineCount: Int
        /// The modules it imports.
        let imports: [String]

        init(path: String, text: String) {
            self.path = path
            // By bytes: character by character takes seconds in a debug build.
            let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            lineCount = lines.count - (lines.last?.isEmpty == true ? 1 : 0)
            let word = Array("import ".utf8)
            imports = lines.filter { line in
                var rest = line
                while let start = rest.firstIndex(of: word[0]) {
                    if rest[start...].starts(with: word) { return true }
                    rest = rest[start...].dropFirst()
                }
                return false
            }.compactMap { Self.module(Substring($0)) }
        }

        /// The module that `line` imports, if it is an import.
        private static func module(_ line: Substring) -> String? {
            var words = line.split(separator: " ")[...]
            while let word = words.first, word.hasPrefix("@") || access.contains(word) { words.removeFirst() }
            guard words.first == "import" else { return nil }
            words.removeFirst()
            if let kind = words.first, kinds.contains(kind) { words.removeFirst() }
            return words.first.map { String($0.prefix { $0 != "." && $0 != ";" }) }
        }

        private static let access: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        private static let kinds: Set<Substring> = [
            "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
        ]
    }

    /// The repository, read once for all tests.
    static let shared = Result { try read() }

    let root: URL
    let files: [File]
    let folders: [String]

    /// Reads the repository that this file lies in.
    static func read(from file: String = #filePath) throws -> SourceTree {
        let root = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var files: [File] = []
        var folders: [String] = []
        for top in ["Shared", "Services", "Tests", "deploy"] {
            let base = root.appending(path: top)
            let entries = FileManager.default.enumerator(at: base, includingPropertiesForKeys: [.isDirectoryKey])
            while let url = entries?.nextObject() as? URL {
                let path = String(url.standardizedFileURL.path().dropFirst(root.standardizedFileURL.path().count))
                if url.lastPathComponent.hasPrefix(".") {
                    entries?.skipDescendants()
                } else if try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true {
                    folders.append(path)
                } else if url.pathExtension == "swift" {
                    files.append(File(path: path, text: try String(contentsOf: url, encoding: .utf8)))
                }
            }
        }
        return SourceTree(root: root, files: files, folders: folders)
    }

    /// The files below a folder.
    func files(under folder: String) -> [File] { files.filter { $0.path.hasPrefix(folder + "/") } }
}
