import Service

/// The processor's own settings.
package enum ProcessorSettings {
    static let batch = Setting.integer(
        "processor-batch", environment: "TRIBUTARY_PROCESSOR_BATCH", in: 1...10_000, default: "4000",
        "Most messages that one transaction stores", placeholder: "COUNT")
    static let group = Setting.text(
        "processor-group", environment: "TRIBUTARY_PROCESSOR_GROUP", default: "processor",
        "Consumer group of the processors, below the topic prefix", placeholder: "NAME")
    /// For the suite that proves that it can fail: a broken promise, never for use.
    static let sabotage = Setting.text(
        "sabotage", environment: "TRIBUTARY_SABOTAGE", "Breaks a promise on purpose, for the tests that must notice",
        placeholder: "WHICH"
    ).optional

    /// All of them.
    package static let all: [any SettingDeclaration] = [batch, group, sabotage]
}
