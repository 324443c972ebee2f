import JSON

extension JSONValue {
    /// This value with what stands at `path` changed; the same where nothing stands there.
    func changing(_ path: JSONPath, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        changing(path.steps[...], change)
    }

    private func changing(_ steps: ArraySlice<JSONPath.Step>, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        guard let step = steps.first else { return change(self) }
        let rest = steps.dropFirst()
        switch (step, self) {
        case (.key(let key), .object(var object)):
            guard let member = object[key] else { return self }
            object[key] = member.changing(rest, change)
            return .object(object)
        case (.every, .array(let items)): return .array(items.map { $0.changing(rest, change) })
        case (.every, .object(let object)):
            return .object(JSONObject(object.map { ($0.key, $0.value.changing(rest, change)) }))
        case (.position(let position), .array(var items)):
            let index = position >= 0 ? position : items.count + position
            guard items.indices.contains(index) else { return self }
            items[index] = items[index].changing(rest, change)
            return .array(items)
        default: return self
        }
    }
}
