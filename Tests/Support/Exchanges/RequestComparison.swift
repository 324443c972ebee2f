import HTTPClient
import JSON

extension WrittenRequest {
    /// How `made` differs from what is written, each difference with what was made and what is written; empty where
    /// they are the same.
    package func differences(from made: MadeRequest) -> [String] {
        var found: [String] = []
        if made.method != method { found.append("the method is \(made.method), written is \(method)") }
        if made.path != path, PercentEncoding.decode(made.path) != path, made.path != path + "/" {
            found.append("the path is \(made.path), written is \(path)")
        }
        return found + queryDifferences(made) + headerDifferences(made) + bodyDifferences(made)
    }

    private func queryDifferences(_ made: MadeRequest) -> [String] {
        let items = Dictionary(grouping: made.query, by: \.name).mapValues { $0.map(\.value) }
        return Set(items.keys).union(query.keys).sorted().compactMap { name in
            switch (items[name], query[name]) {
            case (let made?, nil): "query: \(name)=\(Self.list(made)) is not written"
            case (nil, let written?): "query: \(name)=\(Self.list(written)) is written and was not asked"
            case (let made?, let written?) where made != written:
                "query: \(name) is \(Self.list(made)), written is \(Self.list(written))"
            default: nil
            }
        }
    }

    private static func list(_ values: [String]) -> String {
        values.count == 1 ? JSONValue.string(values[0]).text : JSONValue.array(values.map(JSONValue.string)).text
    }

    private func headerDifferences(_ made: MadeRequest) -> [String] {
        var rest = headers
        var found: [String] = []
        for (name, value) in made.headers + made.ordinaryHeaders {
            guard let written = rest.removeValue(forKey: name.lowercased()) else {
                if made.headers.contains(where: { $0.name == name }) {
                    found.append("headers: \(name): \(value) is not written")
                }
                continue
            }
            if let written, written != value {
                found.append("headers: \(name) is \"\(value)\", written is \"\(written)\"")
            } else if written == nil {
                found.append("headers: \(name): \(value) is written as null, which means that it must not be there")
            }
        }
        for (name, value) in rest.sorted(by: { $0.key < $1.key }) {
            if let value { found.append("headers: \(name): \(value) is written and was not sent") }
        }
        return found
    }

    private func bodyDifferences(_ made: MadeRequest) -> [String] {
        switch (made.body, body) {
        case (nil, nil): []
        case (let made?, nil): ["there is a body, and none is written: \(made.text)"]
        case (nil, let written?): ["there is no body, and one is written: \(written.text)"]
        case (let made?, let written?): ValueComparison.differences(made, written, at: "body")
        }
    }
}
