import JSON

/// Tells where two JSON values differ, in words for the writer of an exchange file.
package enum ValueComparison {
    /// The differences between what came and what is written, each with its place.
    package static func differences(_ made: JSONValue, _ written: JSONValue, at place: String) -> [String] {
        if made == written { return [] }
        switch (made, written) {
        case (.object(let made), .object(let written)):
            let keys = made.orderedKeys + written.orderedKeys.filter { made[$0] == nil }
            return keys.flatMap { key in
                switch (made[key], written[key]) {
                case (let made?, let written?): differences(made, written, at: "\(place).\(key)")
                case (let made?, nil): ["\(place).\(key) is \(shown(made)), and is not written"]
                case (nil, let written?): ["\(place).\(key) is written as \(shown(written)), and is not there"]
                case (nil, nil): [String]()
                }
            }
        case (.array(let made), .array(let written)) where made.count == written.count:
            return zip(made, written).enumerated().flatMap { index, pair in
                differences(pair.0, pair.1, at: "\(place)[\(index)]")
            }
        case (.string(let made), .string(let written)): return [difference(made, written, place)]
        default: return ["\(place) is \(shown(made)), written is \(shown(written))"]
        }
    }

    /// Long texts, such as GraphQL queries, differ somewhere in the middle.
    private static func difference(_ made: String, _ written: String, _ place: String) -> String {
        guard max(made.count, written.count) > 80 else {
            return "\(place) is \(JSONValue.string(made).text), written is \(JSONValue.string(written).text)"
        }
        let same = zip(made, written).prefix { $0 == $1 }.count
        func around(_ text: String) -> String {
            JSONValue.string(String(text.dropFirst(max(0, same - 20)).prefix(60))).text
        }
        return "\(place) differs from character \(same + 1) on: …\(around(made))…, written is …\(around(written))…"
    }

    private static func shown(_ value: JSONValue) -> String {
        let text = value.text
        return text.count > 400 ? "\(text.prefix(400))…" : text
    }
}
