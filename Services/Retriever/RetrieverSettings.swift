import Connections
import Cryptography
import HTTPClient
import Service

/// The retriever's own settings.
package enum RetrieverSettings {
    static let providers = Setting.list(
        "providers", environment: "TRIBUTARY_PROVIDERS",
        "Providers whose runs this retriever takes; all, later ones included, where none is named")
    static let capacity = Setting.integer(
        "capacity", environment: "TRIBUTARY_CAPACITY", in: 1...10_000, default: "200", "Most runs under way at once")
    static let lease = Setting.duration(
        "lease", environment: "TRIBUTARY_LEASE", default: "15s",
        "How long after its last sign of life a retriever is taken for dead")
    static let objectBacklog = Setting.integer(
        "object-backlog", environment: "TRIBUTARY_OBJECT_BACKLOG", in: 1...10_000_000, default: "10000",
        "Records of one Integration Object that may wait for their receipts")
    static let customerBacklog = Setting.integer(
        "customer-backlog", environment: "TRIBUTARY_CUSTOMER_BACKLOG", in: 1...10_000_000, default: "50000",
        "Records of one customer that may wait for their receipts")
    static let receiptPatience = Setting.duration(
        "receipt-patience", environment: "TRIBUTARY_RECEIPT_PATIENCE", default: "30s",
        "How long a run may wait for room for more records before it makes room itself until its own are stored")
    static let keys = Setting.text(
        "keys", environment: "TRIBUTARY_KEYS",
        "Keys that credentials are sealed with, id:base64 separated by commas, the current one first", isSecret: true,
        placeholder: "KEYS"
    ).optional
    static let tokenLease = Setting.duration(
        "token-lease", environment: "TRIBUTARY_TOKEN_LEASE", default: "60s",
        "How long the renewal of a token belongs to the process that began it; half of it is given to the provider")
    static let disableRuns = Setting.integer(
        "disable-runs", environment: "TRIBUTARY_DISABLE_RUNS", in: 1...1_000_000, default: "10",
        "Failed runs in a row after which an integration is stopped, once the time has passed as well")
    static let disableTime = Setting.duration(
        "disable-time", environment: "TRIBUTARY_DISABLE_TIME", default: "3d",
        "Time without a success after which an integration is stopped, once the runs have failed as well")
    static let probeEvery = Setting.duration(
        "probe-every", environment: "TRIBUTARY_PROBE_EVERY", atLeast: .seconds(1), default: "6h",
        "How often an integration that was stopped for repeated failure is tried again")
    static let allowAddresses = Setting<AddressPolicy>(
        "allow-addresses", environment: "TRIBUTARY_ALLOW_ADDRESSES", default: "",
        summary: "Internal networks that providers may be in, as CIDR separated by commas; all others are refused",
        placeholder: "NETWORKS", parse: parsePolicy)
    /// For the suite that proves that it can fail: a broken promise, never for use.
    static let sabotage = Setting.text(
        "sabotage", environment: "TRIBUTARY_SABOTAGE", "Breaks a promise on purpose, for the tests that must notice",
        placeholder: "WHICH"
    ).optional

    /// All of them.
    package static let all: [any SettingDeclaration] = [
        providers, capacity, lease, objectBacklog, customerBacklog, receiptPatience, keys, tokenLease,
        disableRuns, disableTime, probeEvery, allowAddresses, sabotage,
    ]

    private static let parsePolicy: @Sendable (String) throws(InvalidValue) -> AddressPolicy = {
        text throws(InvalidValue) in
        do {
            return try AddressPolicy(configuration: text)
        } catch {
            throw InvalidValue("must be networks like 127.0.0.0/8,::1/128 (\(error))")
        }
    }
}
