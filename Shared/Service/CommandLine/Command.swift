/// One subcommand of a program.
public struct Command: Sendable {
    /// What is typed.
    public let name: String
    /// What it does, in one sentence without a full stop.
    public let summary: String
    /// What follows the name, in order.
    public let arguments: [CommandArgument]
    /// Its own settings, beside those of the program.
    public let settings: [any SettingDeclaration]
    let run: @Sendable (Invocation) async throws -> ExitCode

    /// A command. What `run` throws is printed; the exit code is then 1, or that of a `CommandFailure`.
    public init(
        _ name: String, _ summary: String, arguments: [CommandArgument] = [],
        settings: [any SettingDeclaration] = [], run: @escaping @Sendable (Invocation) async throws -> ExitCode
    ) {
        self.name = name
        self.summary = summary
        self.arguments = arguments
        self.settings = settings
        self.run = run
    }
}

/// An argument of a command that is no flag.
public struct CommandArgument: Sendable {
    /// How often it is given.
    public enum Count: Sendable { case once, optional, anyNumber }
    /// What it is called.
    public let name: String
    /// What it means.
    public let summary: String
    /// How often it is given; only the last argument may be given any number of times.
    public let count: Count

    /// An argument.
    public init(_ name: String, _ summary: String, _ count: Count = .once) {
        self.name = name
        self.summary = summary
        self.count = count
    }

    var usage: String {
        switch count {
        case .once: "<\(name)>"
        case .optional: "[\(name)]"
        case .anyNumber: "[\(name)…]"
        }
    }
}

/// One call of a command.
public struct Invocation: Sendable {
    /// The validated settings of the program and the command.
    public let configuration: Configuration
    /// The arguments that are no flags, as many as the command allows.
    public let arguments: [String]
    /// Where it writes.
    public let terminal: any Terminal
    /// Given at SIGINT or SIGTERM; the command's task is cancelled then, too.
    public let shutdown: ShutdownSignal

    /// The argument at `index`, or nil if it was left out.
    public func argument(_ index: Int) -> String? { arguments.indices.contains(index) ? arguments[index] : nil }

    /// The value of a setting.
    public subscript<Value>(_ setting: Setting<Value>) -> Value { configuration[setting] }
}
