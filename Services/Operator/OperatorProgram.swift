import Service

/// `tributary`: what a person does with Tributary from a terminal.
package enum OperatorProgram {
    /// The program with all its commands.
    package static let program = CommandLineProgram(
        name: "tributary", summary: "sets up, inspects and steers Tributary", settings: [],
        commands: [
            MigrateCommand.command, ValidateCommand.command, SchemaCommand.command, ApplyCommand.command,
            SyncCommand.command, StatusCommand.command, RunsCommand.command, ExplainCommand.command,
            RemapCommand.command, TapCommand.command, ReplayCommand.command, RepublishCommand.command,
            NewCommand.command, TryCommand.command,
            RecordCommand.command, ConnectCommand.command, RotateKeysCommand.command, AlertsCommand.command,
            EnableCommand.command,
        ])
}
