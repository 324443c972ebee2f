/// A body of type `application/x-www-form-urlencoded` (WHATWG URL Standard, 5.2), as token endpoints want it.
public enum FormBody {
    /// The value of `Content-Type` that belongs to it.
    public static let contentType = "application/x-www-form-urlencoded"

    /// The bytes: like a query, but with `+` for a space, `*` as it is and `~` encoded.
    public static func encode(_ fields: [(name: String, value: String)]) -> [UInt8] {
        Array(fields.map { "\(component($0.name))=\(component($0.value))" }.joined(separator: "&").utf8)
    }

    private static func component(_ text: String) -> String {
        let encoded = PercentEncoding.encode(text, keeping: "*", spaceAsPlus: true)
        return encoded.utf8.contains(UInt8(ascii: "~"))
            ? encoded.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "%7E") : encoded
    }
}
