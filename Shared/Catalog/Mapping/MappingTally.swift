import Models

/// What happened while records were mapped: values that did not fit, and whether anything matched at all.
public struct MappingTally: Sendable, Hashable {
    /// A field and why its values were left out. The reason never holds a value.
    public struct Problem: Sendable, Hashable {
        /// The canonical type.
        public var type: InteractionType
        /// The canonical field.
        public var field: String
        /// Why.
        public var reason: String
    }

    /// How often each problem occurred.
    public private(set) var problems: [Problem: Int] = [:]
    /// How many canonical records were made.
    public private(set) var records = 0
    /// In how many of them at least one field was found.
    public private(set) var recordsWithFields = 0

    /// Nothing yet.
    public init() {}

    /// Records were mapped and not one field was found in any: the mapping does not fit the provider's records.
    public var matchesNothing: Bool { records > 0 && recordsWithFields == 0 }

    /// How many values were left out altogether.
    public var valuesLeftOut: Int { problems.values.reduce(0, +) }

    /// The failure of a mapping that matches nothing; nil otherwise.
    public var failure: Failure? {
        guard matchesNothing else { return nil }
        return Failure(
            .configuration, "none of the mapped fields is in any of \(records) records",
            advice: "compare 'map' with a record of the provider: tributary tap shows them")
    }

    /// Adds what another tally counted.
    public mutating func add(_ other: MappingTally) {
        problems.merge(other.problems, uniquingKeysWith: +)
        records += other.records
        recordsWithFields += other.recordsWithFields
    }

    mutating func add(fieldsFound: Int) {
        records += 1
        if fieldsFound > 0 { recordsWithFields += 1 }
    }

    mutating func count(_ type: InteractionType, field: String, reason: String) {
        problems[Problem(type: type, field: field, reason: reason), default: 0] += 1
    }
}
