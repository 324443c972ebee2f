import Connections
import Models
import Service

/// The scheduler's own settings.
package enum SchedulerSettings {
    static let interval = Setting.duration(
        "interval", environment: "TRIBUTARY_SCHEDULER_INTERVAL", default: "100ms",
        "Pause between two looks for due objects")
    static let ringPatience = Setting.duration(
        "ring-patience", environment: "TRIBUTARY_RING_PATIENCE", default: "15s",
        "How long a ring may go unanswered before it is given again")
    static let lateAfter = Setting.duration(
        "late-after", environment: "TRIBUTARY_LATE_AFTER", default: "60s",
        "How long a run may wait for its receipts before a barrier asks after them")
    static let barrierPatience = Setting.duration(
        "barrier-patience", environment: "TRIBUTARY_BARRIER_PATIENCE", default: "30s",
        "How long a barrier may take before it is sent again")
    static let historyDays = Setting.integer(
        "history-days", environment: "TRIBUTARY_HISTORY_DAYS", in: 1...3650, default: "14", "Days that history is kept",
        placeholder: "DAYS")
    static let batch = Setting.integer(
        "batch", environment: "TRIBUTARY_SCHEDULER_BATCH", in: 1...100_000, default: "5000",
        "Objects, or announcements, that one statement takes", placeholder: "COUNT")
    /// For the suite that proves that it can fail: a broken promise, never for use.
    static let sabotage = Setting.text(
        "sabotage", environment: "TRIBUTARY_SABOTAGE", "Breaks a promise on purpose, for the tests that must notice",
        placeholder: "WHICH"
    ).optional

    /// All of them.
    package static let all: [any SettingDeclaration] = [
        interval, ringPatience, lateAfter, barrierPatience, historyDays, batch, sabotage,
    ]
}

extension CadenceSettings {
    init(_ context: ServiceContext) {
        self.init(
            interval: context[SchedulerSettings.interval], batch: context[SchedulerSettings.batch],
            providersAtOnce: max(1, context[ConnectionSettings.postgresConnections] - 1),
            ringPatience: context[SchedulerSettings.ringPatience], lateAfter: context[SchedulerSettings.lateAfter],
            barrierPatience: context[SchedulerSettings.barrierPatience],
            historyKept: .seconds(context[SchedulerSettings.historyDays] * 86_400))
    }
}
