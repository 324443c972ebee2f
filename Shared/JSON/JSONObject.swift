/// The members of an object, in the order they came, each key once. Two objects are equal whatever their order.
public struct JSONObject: Sendable {
    /// A member.
    public typealias Element = (key: String, value: JSONValue)

    private var keys: [String] = []
    private var values: [JSONValue] = []
    /// Where a key is, kept from this many members on: a small object is searched faster than it is hashed.
    private var positions: [String: Int]?
    private static let indexedFrom = 16

    /// An object without members.
    public init() {}

    /// An object of `members`; of several with one key the last wins and the first keeps its place.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members { self[key] = value }
    }

    /// The value of `key`; setting nil removes it.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { values[$0] } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): values[position] = value
            case (nil, let value?):
                keys.append(key)
                values.append(value)
                if positions != nil {
                    positions?[key] = keys.count - 1
                } else if keys.count >= Self.indexedFrom {
                    reindex()
                }
            case (let position?, nil):
                keys.remove(at: position)
                values.remove(at: position)
                if positions != nil { reindex() }
            case (nil, nil): break
            }
        }
    }

    private func position(of key: String) -> Int? {
        if let positions { return positions[key] }
        return keys.firstIndex(of: key)
    }

    private mutating func reindex() {
        positions = Dictionary(zip(keys, keys.indices), uniquingKeysWith: { first, _ in first })
    }
}

extension JSONObject: RandomAccessCollection {
    /// Where the first member is.
    public var startIndex: Int { 0 }
    /// Behind the last member.
    public var endIndex: Int { keys.count }
    /// The member at `position`.
    public subscript(position: Int) -> Element { (keys[position], values[position]) }
    /// The keys, in order.
    public var orderedKeys: [String] { keys }
}

extension JSONObject: Hashable, ExpressibleByDictionaryLiteral {
    /// Equal members in any order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.allSatisfy { right[$0.key] == $0.value }
    }

    /// Independent of the order.
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for (key, value) in self {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            sum = sum &+ member.finalize()
        }
        hasher.combine(count)
        hasher.combine(sum)
    }

    /// An object of literal members.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}
