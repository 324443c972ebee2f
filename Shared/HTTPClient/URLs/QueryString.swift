/// Names and values of a query, in order; a name may come several times.
public enum QueryString {
    /// `a=1&b=x%20y`.
    public static func encode(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { "\(PercentEncoding.queryComponent($0.name))=\(PercentEncoding.queryComponent($0.value))" }
            .joined(separator: "&")
    }

    /// `url` with `parameters` added to its query, before a fragment, whether or not it has a query already.
    public static func adding(_ parameters: [(name: String, value: String)], to url: String) -> String {
        guard !parameters.isEmpty else { return url }
        let fragment = url.firstIndex(of: "#") ?? url.endIndex
        let base = url[..<fragment]
        let joint = !base.contains("?") ? "?" : base.hasSuffix("?") || base.hasSuffix("&") ? "" : "&"
        return "\(base)\(joint)\(encode(parameters))\(url[fragment...])"
    }
}
