/// The settings that every service has, and those that several share, declared once.
public enum StandardSettings {
    /// The address that the service's HTTP server listens on.
    public static let httpAddress = Setting.text(
        "http-address", default: "0.0.0.0", "Numeric address the HTTP server listens on", placeholder: "ADDRESS")
    /// The port of the service's HTTP server.
    public static let httpPort = Setting.integer(
        "http-port", in: 0...65535, default: "8080", "Port of the HTTP server (health, metrics); 0 for any free one",
        placeholder: "PORT")
    /// Levels of the log.
    public static let logLevel = Setting<LogLevels>(
        "log-level", default: "info",
        summary: "Least level logged (debug, info, warning, error), then levels of labels: info,kafka=debug",
        placeholder: "LEVELS", parse: LogLevels.parse)
    /// The shape of the log.
    public static let logFormat = Setting<LogFormat>.choice(
        "log-format", default: "json", "One JSON object a line, or lines for people")
    /// How long a drain may take.
    public static let shutdownDeadline = Setting.duration(
        "shutdown-deadline", default: "25s", "How long after SIGTERM the service may take to finish or hand back")
    /// What every service has.
    public static let all: [any SettingDeclaration] = [httpAddress, httpPort, logLevel, logFormat, shutdownDeadline]

    /// The connection to Postgres.
    public static let postgres = Setting.text(
        "postgres", environment: "TRIBUTARY_POSTGRES",
        "libpq connection string or URL of the database", isSecret: true, placeholder: "CONNECTION")
    /// The brokers.
    public static let kafka = Setting.text(
        "kafka-bootstrap-servers", "Brokers to start from, as host:port separated by commas", placeholder: "BROKERS")
    /// What all topic names start with.
    public static let topicPrefix = Setting.text(
        "topic-prefix", environment: "TRIBUTARY_TOPIC_PREFIX", default: "tributary.",
        "What all topic names start with", placeholder: "PREFIX")
}
