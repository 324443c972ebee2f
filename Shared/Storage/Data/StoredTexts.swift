import FoundationEssentials
import Models

/// Lists of texts in columns of type `json`.
public enum StoredTexts {
    /// A JSON array. U+0000 becomes U+FFFD, as in every text that Postgres shall hold.
    public static func json(_ texts: [String]) -> [UInt8] {
        let storable = texts.map(StoredText.storable)
        return (try? JSONEncoder().encode(storable)).map { [UInt8]($0) } ?? [UInt8]("[]".utf8)
    }

    /// Reads what ``json(_:)-([String])`` wrote; empty for anything else.
    public static func texts(_ json: [UInt8]) -> [String] {
        (try? JSONDecoder().decode([String].self, from: Data(json))) ?? []
    }

    /// Headers as an array of name and value in turn, because names may repeat.
    public static func json(_ headers: [MessageHeader]) -> [UInt8] { json(headers.flatMap { [$0.name, $0.value] }) }

    /// Reads what ``json(_:)-([MessageHeader])`` wrote.
    public static func headers(_ json: [UInt8]) -> [MessageHeader] {
        let flat = texts(json)
        return stride(from: 0, to: flat.count - 1, by: 2).map { MessageHeader(flat[$0], flat[$0 + 1]) }
    }
}

/// Text in columns of type `text`.
public enum StoredText {
    /// `text` with U+0000, which Postgres cannot hold, as U+FFFD.
    public static func storable(_ text: String) -> String {
        text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
    }
}
