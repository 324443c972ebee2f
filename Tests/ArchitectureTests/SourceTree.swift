import Foundation

/// The Swift files of the repository and what they import.
struct SourceTree {
    struct File: Sendable {
        /// From the root, as `Shared/Kafka/KafkaSeam.swift`.
        let path: String
        let lines: [Substring]

        var imports: [String] {
            lines.compactMap { line in
                var words = line.split(separator: " ")[...]
                while let word = words.first, word.hasPrefix("@") || Self.access.contains(word) { words.removeFirst() }
                guard words.first == "import" else { return nil }
                words.removeFirst()
                if let kind = words.first, Self.kinds.contains(kind) { words.removeFirst() }
                return words.first.map { String($0.prefix { $0 != "." && $0 != ";" }) }
            }
        }

        private static let access: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        private static let kinds: Set<Substring> = [
            "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
        ]

        init(path: String, text: String) {
            self.path = path
            lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        }
    }

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
