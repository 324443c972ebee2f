import Catalog
import HTTPClient
import JSON

/// A request that was made, taken apart as an exchange file writes it.
package struct MadeRequest: Sendable {
    /// The method.
    package let method: String
    /// The address without its query.
    package let path: String
    /// The query items, decoded, in order.
    package let query: [(name: String, value: String)]
    /// The headers that an exchange file has to write.
    package let headers: [(name: String, value: String)]
    /// The body; nil for none.
    package let body: JSONValue?

    /// Headers that every request has or that follow from the rest: written only where somebody wants to check them.
    private static let ordinary: Set<String> = ["accept", "user-agent", "content-type"]
    /// The same as far as they were made.
    let ordinaryHeaders: [(name: String, value: String)]

    /// The request that `plan` makes.
    package init(_ plan: RequestPlan) {
        self.init(
            method: plan.method, url: plan.url, headers: plan.headers.map { ($0.name, $0.value) }, body: plan.body)
    }

    /// A request to `url`.
    package init(method: String, url: String, headers: [(name: String, value: String)], body: [UInt8]?) {
        self.method = method
        let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        query = parts.count > 1 ? Self.items(parts[1]) : []
        self.headers = headers.filter { !Self.ordinary.contains($0.name.lowercased()) }
        ordinaryHeaders = headers.filter { Self.ordinary.contains($0.name.lowercased()) }
        self.body = body.flatMap { body in
            let type = headers.first { $0.name.lowercased() == "content-type" }?.value ?? ""
            return body.isEmpty ? nil : SignedAssertion.opened(in: Self.value(body, type: type))
        }
    }

    private static func items(_ text: Substring) -> [(name: String, value: String)] {
        text.split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(parts[0]), parts.count > 1 ? decoded(parts[1]) : "")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        PercentEncoding.decode(text.replacing("+", with: " ")) ?? String(text)
    }

    /// A form as a map of its fields, JSON as it is, anything else as text.
    private static func value(_ body: [UInt8], type: String) -> JSONValue {
        let text = String(decoding: body, as: UTF8.self)
        guard type.hasPrefix("application/x-www-form-urlencoded") else {
            return (try? JSONValue(parsing: body)) ?? .string(text)
        }
        var fields = JSONObject()
        for (name, value) in items(Substring(text)) {
            switch fields[name] {
            case nil: fields[name] = .string(value)
            case .array(let values): fields[name] = .array(values + [.string(value)])
            case .some(let first): fields[name] = .array([first, .string(value)])
            }
        }
        return .object(fields)
    }

    /// The request as it stands in an exchange file, ready to be copied.
    package var asWritten: String {
        var members: [(String, JSONValue)] = [("method", .string(method)), ("path", .string(path))]
        if !query.isEmpty {
            var items = JSONObject()
            for name in query.map(\.name) where items[name] == nil {
                let values = query.filter { $0.name == name }.map { JSONValue.string($0.value) }
                items[name] = values.count == 1 ? values[0] : .array(values)
            }
            members.append(("query", .object(items)))
        }
        if !headers.isEmpty {
            members.append(("headers", .object(JSONObject(headers.map { ($0.name, .string($0.value)) }))))
        }
        if let body { members.append(("body", body)) }
        return members.map { "    \($0.0): \($0.1.text)" }.joined(separator: "\n")
    }
}
