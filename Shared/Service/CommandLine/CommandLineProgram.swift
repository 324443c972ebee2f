import FoundationEssentials
import Glibc
import Models

/// A program with subcommands: `name <command> [arguments] [flags]`.
public struct CommandLineProgram: Sendable {
    private let name: String
    private let summary: String
    private let version: String
    private let settings: [any SettingDeclaration]
    private let commands: [Command]

    /// A program. `settings` are those of all commands; what the commands log goes to standard error as text, from
    /// warnings up unless `LOG_LEVEL` says otherwise.
    public init(
        name: String, summary: String, version: String = BuildVersion.current, settings: [any SettingDeclaration],
        commands: [Command]
    ) {
        self.name = name
        self.summary = summary
        self.version = version
        self.settings =
            [
                StandardSettings.logLevel.withDefault("warning"), StandardSettings.logFormat.withDefault("text"),
            ] + settings
        self.commands = commands
    }

    /// Runs the process's arguments and ends the process.
    public func main() async -> Never {
        let signals = ProcessSignals()
        signals.abandon.onShutdown { _exit(ExitCode.interrupted.rawValue) }
        let code = await run(
            Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment,
            terminal: StandardTerminal(), shutdown: signals.shutdown)
        LogSystem.shared.flush()
        // Not `exit`: threads of the libraries that are still ending must not meet half-destroyed globals.
        fflush(nil)
        _exit(code.rawValue)
    }

    /// Runs `arguments` (without the program's name).
    public func run(
        _ arguments: [String], environment: [String: String], terminal: any Terminal,
        shutdown: ShutdownSignal = ShutdownSignal()
    ) async -> ExitCode {
        guard let first = arguments.first, first != "--help", first != "-h", first != "help" else {
            if let name = arguments.dropFirst().first, let command = commands.first(where: { $0.name == name }) {
                terminal.print(help(command))
            } else {
                terminal.print(help)
            }
            return arguments.isEmpty ? .usage : .success
        }
        if first == "--version" {
            terminal.print("\(name) \(version)")
            return .success
        }
        if first == "--help-markdown" {
            terminal.print(SettingsHelp.markdown(settings))
            return .success
        }
        guard let command = commands.first(where: { $0.name == first }) else {
            let advice =
                first.hasPrefix("-")
                ? "; the command comes first" : NearestName.suggestion(first, among: commands.map(\.name))
            terminal.complain("\(name): there is no command \(first)\(advice)\n`\(name) --help` lists the commands")
            return .usage
        }
        let rest = Array(arguments.dropFirst())
        if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
            terminal.print(help(command))
            return .success
        }
        return await run(command, rest, environment, terminal, shutdown)
    }

    private func run(
        _ command: Command, _ arguments: [String], _ environment: [String: String], _ terminal: any Terminal,
        _ shutdown: ShutdownSignal
    ) async -> ExitCode {
        let call = "\(name) \(command.name)"
        do {
            let configuration = try Configuration.load(
                settings + command.settings, arguments: arguments, environment: environment)
            for warning in configuration.warnings { terminal.complain("\(call): warning: \(warning)") }
            if let problem = Self.problem(configuration.positionals, command.arguments) {
                terminal.complain("\(call): \(problem)\nusage: \(usage(command))")
                return .usage
            }
            LogSystem.shared.configure(
                format: configuration[StandardSettings.logFormat], levels: configuration[StandardSettings.logLevel])
            let invocation = Invocation(
                configuration: configuration, arguments: configuration.positionals, terminal: terminal,
                shutdown: shutdown)
            return try await shutdown.cancelling { try await command.run(invocation) }
        } catch let error as ConfigurationError {
            for problem in error.problems { terminal.complain("\(call): \(problem)") }
            terminal.complain("`\(call) --help` explains the settings")
            return .usage
        } catch is CancellationError where shutdown.isShuttingDown {
            return .interrupted
        } catch {
            terminal.complain("\(call): \(error)")
            return (error as? CommandFailure)?.exitCode ?? .failure
        }
    }

    private static func problem(_ given: [String], _ wanted: [CommandArgument]) -> String? {
        let required = wanted.filter { $0.count == .once }
        if given.count < required.count { return "<\(required[given.count].name)> is missing" }
        if given.count > wanted.count, wanted.last?.count != .anyNumber {
            return "\(given[wanted.count]) is one argument too many"
        }
        return nil
    }

    // MARK: help

    private var help: String {
        let width = (commands.map(\.name.count).max() ?? 0) + 2
        let list = commands.map { "  \($0.name.padded(to: width))\($0.summary)" }.joined(separator: "\n")
        return """
            \(name): \(summary)

            usage: \(name) <command> [arguments] [flags]

            Commands:
            \(list)

            Settings of all commands (environment, then the file of --config, then flags; later wins):
            \(SettingsHelp.text(settings))

            `\(name) <command> --help` explains a command.
            """
    }

    private func usage(_ command: Command) -> String {
        ([name, command.name] + command.arguments.map(\.usage) + ["[flags]"]).joined(separator: " ")
    }

    private func help(_ command: Command) -> String {
        let width = (command.arguments.map(\.name.count).max() ?? 0) + 2
        let list = command.arguments.map { "  \($0.name.padded(to: width))\($0.summary)\n" }.joined()
        return """
            \(command.summary).

            usage: \(usage(command))
            \(list)
            Settings:
            \(SettingsHelp.text(command.settings + settings))
            """
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
