import Catalog
import Cryptography
import JSON
import Models
import Service

/// What somebody asked to be tried, before it is looked up.
package struct TrialRequest: Sendable {
    /// The name as it was typed.
    package var name: String
    /// A merge patch for this trial.
    package var patch: DefinitionNode?
    /// Settings, as they were typed.
    package var settings: [String: String]
    /// Secrets, each as `@file` or `env:NAME`.
    package var secrets: [String: String]
    /// The way of authorisation.
    package var authorization: String?
    /// Up to when the object counts as complete.
    package var since: String?
    /// Whether everything is asked for.
    package var isFull: Bool

    /// A request for `name`.
    package init(
        name: String, patch: DefinitionNode? = nil, settings: [String: String] = [:], secrets: [String: String] = [:],
        authorization: String? = nil, since: String? = nil, isFull: Bool = false
    ) {
        self.name = name
        self.patch = patch
        self.settings = settings
        self.secrets = secrets
        self.authorization = authorization
        self.since = since
        self.isFull = isFull
    }

    /// Whether `name` is `provider/object`, which needs no database.
    package var isOfCatalog: Bool { name.split(separator: "/", omittingEmptySubsequences: false).count == 2 }

    /// The target in the catalog that `name` means.
    /// - Throws: `CommandFailure`.
    package func target(catalog: CatalogFolder, environment: [String: String], now: Timestamp) throws -> TrialTarget {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw CommandFailure(
                "\(name) is neither customer/integration/object nor provider/object", exitCode: .usage)
        }
        let provider = try Self.provider(parts[0], catalog)
        let isNew = patch.map { $0["objects"]?[parts[1]] != nil } ?? false
        guard provider.objectNames.contains(parts[1]) || isNew else {
            throw CommandFailure(
                "\(provider.name) has no object \(parts[1])"
                    + NearestName.suggestion(parts[1], among: provider.objectNames)
                    + "; it has \(provider.objectNames.joined(separator: ", "))", exitCode: .badInput)
        }
        let context = RetrievalContext(
            settings: try settings(of: provider), secrets: try secrets(environment), kind: .initial,
            until: Self.wholeSecond(now))
        return try finished(
            TrialTarget(name: name, provider: provider, object: parts[1], context: context))
    }

    /// `target` with what was asked for on top.
    /// - Throws: `CommandFailure`.
    package func finished(_ target: TrialTarget) throws -> TrialTarget {
        var target = target
        if let patch { target.overrides.append(Override(layer: .trial, patch: patch)) }
        if let authorization { target.context.authorization = authorization }
        if let since {
            guard let time = Timestamp(rfc3339: since.count == 10 ? "\(since)T00:00:00Z" : since) else {
                throw CommandFailure("--since must be a time such as 2026-01-31T12:00:00Z", exitCode: .usage)
            }
            target.context.completeUntil = time
        }
        if isFull {
            target.context.kind = target.context.completeUntil == nil ? .initial : .full
            target.context.cursor = nil
        } else {
            target.context.kind = target.context.completeUntil == nil ? .initial : .incremental
        }
        return target
    }

    /// A window ends at a whole second, so that it reads well in a recorded file.
    package static func wholeSecond(_ time: Timestamp) -> Timestamp {
        Timestamp(seconds: time.microseconds / 1_000_000)
    }

    static func provider(_ name: String, _ catalog: CatalogFolder) throws -> ProviderDefinition {
        guard let provider = catalog.providers[name] else {
            throw CommandFailure(
                "the catalog has no usable provider \(name)"
                    + NearestName.suggestion(name, among: catalog.providers.keys.sorted())
                    + "; `tributary validate` tells of broken ones", exitCode: .badInput)
        }
        return provider
    }

    // MARK: What was typed

    private func settings(of provider: ProviderDefinition) throws -> JSONValue {
        var values = JSONObject()
        for (name, text) in settings.sorted(by: { $0.key < $1.key }) {
            guard let setting = provider.settings.first(where: { $0.name == name }) else {
                let known = provider.settings.map(\.name)
                throw CommandFailure(
                    "\(provider.name) has no setting \(name)\(NearestName.suggestion(name, among: known))"
                        + (known.isEmpty ? "; it has none" : "; it has \(known.joined(separator: ", "))"),
                    exitCode: .badInput)
            }
            values[name] = Self.value(text, of: setting)
        }
        let problems = provider.settings.problems(with: .object(values), origin: Origin(layer: .trial))
        if let problem = problems.first {
            throw CommandFailure(
                "\(problem.message): \(problem.advice), with --setting NAME=VALUE", exitCode: .badInput)
        }
        return .object(values)
    }

    private static func value(_ text: String, of setting: Catalog.Setting) -> JSONValue {
        switch setting.kind {
        case .number: (try? JSONValue(parsing: text)) ?? .string(text)
        case .boolean: text == "true" ? true : text == "false" ? false : .string(text)
        case .list: .array(text.split(separator: ",").map { .string(String($0)) })
        default: .string(text)
        }
    }

    /// Secrets are never typed: others on the machine could read the command line.
    package func secrets(_ environment: [String: String]) throws -> [String: Secret] {
        var read: [String: Secret] = [:]
        for (name, place) in secrets.sorted(by: { $0.key < $1.key }) {
            if place.hasPrefix("@") {
                let path = String(place.dropFirst())
                guard let text = SecretFile.text(path), !text.isEmpty else {
                    throw CommandFailure(
                        "the file \(path) of the secret \(name) cannot be read or is empty", exitCode: .badInput)
                }
                read[name] = Secret(text)
            } else if place.hasPrefix("env:") {
                let variable = String(place.dropFirst(4))
                guard let text = environment[variable], !text.isEmpty else {
                    throw CommandFailure(
                        "the environment variable \(variable) of the secret \(name) is not set", exitCode: .badInput)
                }
                read[name] = Secret(text)
            } else {
                throw CommandFailure(
                    "the secret \(name) must be \(name)=@file or \(name)=env:NAME: a command line can be read by others",
                    exitCode: .usage)
            }
        }
        return read
    }
}
