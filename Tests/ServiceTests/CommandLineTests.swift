import Service
import Testing

@Suite struct CommandLineTests {
    private let terminal = MemoryTerminal()
    private let depth = Setting.integer("depth", in: 0...9, default: "1", "How deep")

    private var program: CommandLineProgram {
        CommandLineProgram(
            name: "tool", summary: "does things", settings: [StandardSettings.topicPrefix],
            commands: [
                Command(
                    "show", "Shows an object",
                    arguments: [CommandArgument("object", "Its id"), CommandArgument("more", "More ids", .anyNumber)],
                    settings: [depth]
                ) { call in
                    call.terminal.print("\(call.arguments) \(call[depth]) \(call[StandardSettings.topicPrefix])")
                    return .success
                },
                Command("fail", "Fails") { _ in throw CommandFailure("no such thing", exitCode: .unavailable) },
                Command("wait", "Waits to be interrupted") { call in
                    call.terminal.print("waiting")
                    try await SystemClock().sleep(for: .seconds(3600))
                    return .success
                },
            ])
    }

    private func run(_ arguments: String...) async -> ExitCode {
        await program.run(arguments, environment: [:], terminal: terminal)
    }

    @Test func aCommandGetsItsArgumentsAndSettings() async {
        #expect(await run("show", "a", "--depth", "3", "b") == .success)
        #expect(terminal.output == "[\"a\", \"b\"] 3 tributary.\n")
    }

    @Test func anUnknownCommandIsAWrongCall() async {
        #expect(await run("shwo") == .usage)
        #expect(terminal.errors.contains("did you mean show?"))
    }

    @Test func aMissingArgumentIsAWrongCall() async {
        #expect(await run("show") == .usage)
        #expect(terminal.errors == "tool show: <object> is missing\nusage: tool show <object> [more…] [flags]\n")
    }

    @Test func anArgumentTooManyIsAWrongCall() async {
        #expect(await run("fail", "x") == .usage)
        #expect(terminal.errors.contains("x is one argument too many"))
    }

    @Test func aBadSettingIsAWrongCall() async {
        #expect(await run("show", "a", "--depth", "12") == .usage)
        #expect(terminal.errors.contains("depth (flag --depth) is \"12\""))
    }

    @Test func aFailureDecidesTheExitCode() async {
        #expect(await run("fail") == .unavailable)
        #expect(terminal.errors == "tool fail: no such thing\n")
    }

    @Test func helpNamesCommandsArgumentsAndSettings() async {
        #expect(await run("--help") == .success)
        #expect(terminal.output.contains("show  Shows an object"))
        #expect(await run("show", "--help") == .success)
        #expect(terminal.output.contains("usage: tool show <object> [more…] [flags]"))
        #expect(terminal.output.contains("--depth N"))
    }

    @Test func nothingAtAllPrintsTheHelpAndIsAWrongCall() async {
        #expect(await run() == .usage)
        #expect(terminal.output.contains("usage: tool <command>"))
    }

    @Test func anInterruptedCommandEndsWithItsOwnCode() async {
        let shutdown = ShutdownSignal()
        shutdown.trigger()
        let code = await program.run(["wait"], environment: [:], terminal: terminal, shutdown: shutdown)
        #expect(code == .interrupted)
    }
}
