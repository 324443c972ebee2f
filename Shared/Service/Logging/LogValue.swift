import Models

/// The value behind a key of a log line.
public enum LogValue: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)

    /// A whole number of any width; one beyond 64 bits becomes text.
    public static func int(_ value: some BinaryInteger) -> LogValue {
        Int64(exactly: value).map { .integer($0) } ?? .text("\(value)")
    }

    /// The description of `value`.
    public static func of(_ value: some CustomStringConvertible) -> LogValue { .text(value.description) }

    /// What an error says about itself.
    public static func error(_ error: any Error) -> LogValue { .text("\(error)") }

    /// A duration in seconds.
    public static func seconds(_ duration: Duration) -> LogValue { .number(Double(duration.microseconds) / 1e6) }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    /// Text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}
