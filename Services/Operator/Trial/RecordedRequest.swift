import Catalog
import HTTPClient
import JSON

/// A request as exchange files write it.
enum RecordedRequest {
    /// Headers that need not be written.
    private static let ordinary: Set<String> = ["accept", "user-agent", "content-type"]

    static func value(_ plan: RequestPlan) -> JSONValue {
        let parts = plan.url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var members: [(String, JSONValue)] = [
            ("method", .string(plan.method)), ("path", .string(String(parts.first ?? ""))),
        ]
        let query = parts.count > 1 ? fields(parts[1]) : JSONObject()
        if !query.isEmpty { members.append(("query", .object(query))) }
        let headers = plan.headers.filter { !ordinary.contains($0.name.lowercased()) }
        if !headers.isEmpty {
            members.append(("headers", .object(JSONObject(headers.map { ($0.name, .string($0.value)) }))))
        }
        if let body = plan.body, !body.isEmpty { members.append(("body", value(body, plan))) }
        return .object(JSONObject(members))
    }

    private static func value(_ body: [UInt8], _ plan: RequestPlan) -> JSONValue {
        let type = plan.headers.first { $0.name.lowercased() == "content-type" }?.value ?? ""
        let text = String(decoding: body, as: UTF8.self)
        if type.hasPrefix("application/x-www-form-urlencoded") { return .object(fields(Substring(text))) }
        return (try? JSONValue(parsing: body)) ?? .string(text)
    }

    /// Items of a query or form, decoded; a name that comes several times has a list.
    private static func fields(_ text: Substring) -> JSONObject {
        var fields = JSONObject()
        for item in text.split(separator: "&") {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                PercentEncoding.decode($0.replacing("+", with: " ")) ?? String($0)
            }
            let value = JSONValue.string(pair.count > 1 ? pair[1] : "")
            switch fields[pair[0]] {
            case nil: fields[pair[0]] = value
            case .array(let values): fields[pair[0]] = .array(values + [value])
            case .some(let first): fields[pair[0]] = .array([first, value])
            }
        }
        return fields
    }
}
