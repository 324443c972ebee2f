import FoundationEssentials

/// Reads small text files.
public enum TextFile {
    /// The text of the file at `path`, or nil if it cannot be read or is not UTF-8.
    public static func read(_ path: String) -> String? {
        (try? Data(contentsOf: URL(filePath: path))).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
