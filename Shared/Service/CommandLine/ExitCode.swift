/// What a program says to whoever started it (the numbers of sysexits.h).
public struct ExitCode: RawRepresentable, Sendable, Hashable {
    /// The number.
    public let rawValue: Int32

    /// A code.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// It did what it was asked.
    public static let success = ExitCode(rawValue: 0)
    /// It did not, and says why.
    public static let failure = ExitCode(rawValue: 1)
    /// It was asked in a way that it does not understand.
    public static let usage = ExitCode(rawValue: 64)
    /// The input it was given is not right.
    public static let badInput = ExitCode(rawValue: 65)
    /// Something it needs is away.
    public static let unavailable = ExitCode(rawValue: 69)
    /// It was interrupted.
    public static let interrupted = ExitCode(rawValue: 130)
}

/// An error of a command with the exit code that goes with it.
public struct CommandFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What happened and what to do, for a person.
    public let description: String
    /// How the program ends.
    public let exitCode: ExitCode

    /// A failure.
    public init(_ description: String, exitCode: ExitCode = .failure) {
        self.description = description
        self.exitCode = exitCode
    }
}
