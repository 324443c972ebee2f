import FoundationEssentials
import Models

/// The headers of a rejected message as JSON: an array of name and value in turn, because names may repeat.
public enum HeaderText {
    /// Writes `headers`. U+0000, which Postgres refuses in JSON, becomes U+FFFD.
    public static func json(_ headers: [MessageHeader]) -> [UInt8] {
        let flat = headers.flatMap { [$0.name, $0.value] }.map { $0.replacing("\0", with: "\u{FFFD}") }
        return (try? JSONEncoder().encode(flat)).map { [UInt8]($0) } ?? [UInt8]("[]".utf8)
    }

    /// Reads what ``json(_:)`` wrote; an empty array for anything else.
    public static func headers(_ json: [UInt8]) -> [MessageHeader] {
        guard let flat = try? JSONDecoder().decode([String].self, from: Data(json)) else { return [] }
        return stride(from: 0, to: flat.count - 1, by: 2).map { MessageHeader(flat[$0], flat[$0 + 1]) }
    }
}
