import JSON

/// Something whose parts can be read by path without building all of it: a record, a response, a value.
public protocol FieldSource: Sendable {
    /// The value at `path`, null where there is none. A path with `*` yields a list of all that it matches.
    func value(at path: JSONPath) -> Value
}

extension JSONNode: FieldSource {
    /// The part of this JSON value at `path`.
    public func value(at path: JSONPath) -> Value {
        if path.isPlural { return .list(all(path).map(Value.init)) }
        return self[path].map(Value.init) ?? .null
    }
}

extension Value {
    /// The value of a JSON value in place.
    public init(_ node: JSONNode) {
        switch node.kind {
        case .null: self = .null
        case .bool: self = .bool(node.bool ?? false)
        case .number:
            if let whole = node.int64 {
                self = .integer(whole)
            } else if let number = node.double {
                self = .number(number)
            } else {
                self = .text(node.numberText ?? "")
            }
        case .string: self = .text(node.string ?? "")
        case .array: self = .list(node.elements.map(Value.init))
        case .object: self = .map(Dictionary(node.members.lazy.map { ($0.key, Value($0.value)) }) { _, last in last })
        }
    }

    /// The value of a JSON tree.
    public init(_ json: JSONValue) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let text): self = Double(text).flatMap { $0.isFinite ? .number($0) : nil } ?? .text(text)
        case .string(let text): self = .text(text)
        case .array(let items): self = .list(items.map(Value.init))
        case .object(let members): self = .map(Dictionary(members.lazy.map { ($0.0, Value($0.1)) }) { _, last in last })
        }
    }

    /// The JSON tree of this value; times become RFC 3339 text.
    public var json: JSONValue {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .number(let value): JSONValue(value) ?? .null
        case .text(let text), .secret(let text): .string(text)
        case .time(let time): .string(time.description)
        case .list(let items): .array(items.map(\.json))
        case .map(let members): .object(JSONObject(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }))
        }
    }
}

extension Value: FieldSource {
    /// The part of this value at `path`.
    public func value(at path: JSONPath) -> Value {
        guard path.isPlural else { return first(path.steps[...]) }
        var found: [Value] = []
        collect(path.steps[...], into: &found)
        return .list(found)
    }

    private func first(_ steps: ArraySlice<JSONPath.Step>) -> Value {
        var value = self
        for step in steps { value = value.member(step) }
        return value
    }

    private func collect(_ steps: ArraySlice<JSONPath.Step>, into found: inout [Value]) {
        guard let step = steps.first else { return found.append(self) }
        let rest = steps.dropFirst()
        guard step == .every else { return member(step).collect(rest, into: &found) }
        switch self {
        case .list(let items): for item in items { item.collect(rest, into: &found) }
        case .map(let members):
            for member in members.sorted(by: { $0.key < $1.key }) { member.value.collect(rest, into: &found) }
        default: break
        }
    }

    private func member(_ step: JSONPath.Step) -> Value {
        switch (step, self) {
        case (.key(let key), .map(let members)): members[key] ?? .null
        case (.key(let key), .list): Int(key).map { member(.position($0)) } ?? .null
        case (.position(let position), .list(let items)):
            items.indices.contains(position < 0 ? items.count &+ position : position)
                ? items[position < 0 ? items.count &+ position : position] : .null
        default: .null
        }
    }
}
