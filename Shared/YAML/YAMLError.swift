/// What is wrong with a YAML text: at least one problem, in the order of the text.
public struct YAMLError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One problem.
    public struct Problem: Equatable, Sendable, CustomStringConvertible {
        /// Where it is.
        public let mark: YAMLMark
        /// What it is, in plain words.
        public let message: String
        /// What to do about it.
        public let advice: String?

        init(_ mark: YAMLMark, _ message: String, advice: String? = nil) {
            self.mark = mark
            self.message = message
            self.advice = advice
        }

        /// `line:column: message (advice)`
        public var description: String { "\(mark): \(message)" + (advice.map { " (\($0))" } ?? "") }
    }

    /// The problems, in the order of the text.
    public let problems: [Problem]

    init(_ problems: [Problem]) {
        self.problems = problems.sorted { $0.mark < $1.mark }
    }

    /// A line for each problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
