import Catalog
import Connections
import Service

/// What `try` and `record` can be told.
enum TrialSettings {
    static let patch = Setting.text(
        "patch", "A merge patch (YAML) that is applied for this trial alone", placeholder: "FILE"
    ).optional
    static let settings = Setting<[String: String]>.pairs(
        "setting", "A setting of the integration, for an object of the catalog; may be given several times")
    static let secrets = Setting<[String: String]>.pairs(
        "secret", "A secret of the integration, from a file or the environment; may be given several times",
        placeholder: "NAME=@FILE|env:NAME")
    static let authorization = Setting.text(
        "authorization", "The way of authorisation, where another one is meant than the secrets tell",
        placeholder: "NAME"
    ).optional
    static let since = Setting.text(
        "since", "Ask for what changed since this time, as if the object were complete until then",
        placeholder: "TIME"
    ).optional
    static let full = Setting.toggle("full", "Ask for everything, as the first sync does")
    static let postgres = StandardSettings.postgres.optional
    static let retrieverPostgres = Setting.text(
        "retriever-postgres", environment: "TRIBUTARY_RETRIEVER_POSTGRES",
        "The database as the retriever's role, which may read credentials; --postgres if missing", isSecret: true,
        placeholder: "CONNECTION"
    ).optional

    /// All of them.
    static let all: [any SettingDeclaration] = [
        patch, settings, secrets, authorization, since, full, ConnectionSettings.catalog, postgres, retrieverPostgres,
        OperatorSettings.keys, OperatorSettings.allowAddresses, OperatorSettings.json,
    ]

    static let argument = CommandArgument(
        "object", "customer/integration/object, or provider/object to try one of the catalog without a database")
}
