/// One result, with the numbers that it comes from.
struct Figure: Sendable {
    /// The key in the JSON, such as `end_to_end_records_per_s`.
    let key: String
    /// The result.
    let value: Double
    /// What the result is to reach, in words; nil where nothing is promised.
    let aim: String?
    /// The numbers behind it, in the order in which they are shown.
    let numbers: [(name: String, value: Double)]

    init(_ key: String, _ value: Double, aim: String? = nil, _ numbers: KeyValuePairs<String, Double> = [:]) {
        self.key = key
        self.value = value
        self.aim = aim
        self.numbers = numbers.map { ($0.key, $0.value) }
    }

    init(_ key: String, _ value: Double, aim: String? = nil, numbers: [(name: String, value: Double)]) {
        self.key = key
        self.value = value
        self.aim = aim
        self.numbers = numbers
    }
}

/// Why a benchmark did not run to its end.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
