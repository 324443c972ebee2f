import Service

/// `tributary try <object>`
enum TryCommand {
    private static let limit = Setting.integer(
        "limit", in: 1...10_000, default: "20", "Ask until so many records were seen, and show so many")

    static let command = Command(
        "try", "asks a provider for a few records and shows what would become of them; nothing is stored",
        arguments: [TrialSettings.argument], settings: [limit] + TrialSettings.all
    ) { call in
        let trial = try await call.trial(limit: call[limit])
        let text =
            call[OperatorSettings.json]
            ? try TrialJSON.value(trial, limit: call[limit]).text : try TrialText(trial, limit: call[limit]).text
        // A provider may repeat in its answer what it was given.
        call.terminal.print(SecretMask(trial.target.context).masked(text))
        return trial.failure == nil ? .success : .failure
    }
}
