import JSON
import Models

/// A provider as its `provider.yaml` defines it, before anyone's overrides.
public struct ProviderDefinition: Sendable {
    enum Key: String, LanguageKey {
        case provider, title, docs, settings, auth, verify, baseURL = "base_url", limits, errors, objects
        // What objects may leave to the provider.
        case request, pages, records, record, only, id, modifiedAt = "modified_at", deleted, order, settle, precision,
            bound, windows, stopAtSince = "stop_at_since", format, enrich
        case every, reconcile
    }

    /// Keys of the provider's document that are handed down to objects; unknown ones are told of once, above.
    private static let handedDown = Set(Key.allCases.map(\.rawValue)).subtracting(["objects"])

    /// The name: that of its folder, topic and deployment.
    public let name: String
    /// What a person sees.
    public let title: String
    /// Where the provider documents its API.
    public let documentation: String?
    /// The settings that an integration gives.
    public let settings: [Setting]
    /// The ways of authorisation, the preferred one first.
    public let authorization: [AuthorizationMethod]
    /// The names of its objects, in the order written.
    public let objectNames: [String]
    private let document: DefinitionNode

    /// Decodes a provider's document.
    /// - Throws: `Diagnostics` with every problem, where the provider itself cannot be used. Problems of single
    ///   objects show when they are resolved.
    public init(_ document: DefinitionNode, folder: String? = nil) throws(Diagnostics) {
        let context = DecodingContext()
        self.init(document, folder: folder, context: context)
        if context.diagnostics.hasErrors { throw context.diagnostics }
    }

    /// Decodes a provider's document and all of its objects, so that every problem of a file is told at once. The
    /// provider is nil where it cannot be used; one with problems in some of its objects can.
    static func reading(
        _ document: DefinitionNode, folder: String?, diagnostics: inout Diagnostics
    ) -> ProviderDefinition? {
        let context = DecodingContext()
        let provider = ProviderDefinition(document, folder: folder, context: context)
        diagnostics.append(contentsOf: context.diagnostics)
        diagnostics.append(contentsOf: provider.validate())
        return context.diagnostics.hasErrors ? nil : provider
    }

    private init(_ document: DefinitionNode, folder: String?, context: DecodingContext) {
        let reader = KeyedReader<Key>(document, path: "", context: context)
        let name = reader.text(.provider) ?? ""
        if !reader.has(.provider) {
            reader.missing(.provider, advice: "write provider: \(folder ?? "name")")
        } else if !Self.isName(name) {
            reader.report(
                .provider, "'\(name)' cannot be the name of a provider",
                advice: "use lower-case letters, digits and hyphens: it becomes part of a topic's name")
        } else if let folder, folder != name {
            reader.report(
                .provider, "the provider is called '\(name)' but its folder '\(folder)'",
                advice: "give both the same name")
        }
        settings = reader.entries(.settings).map { Setting($0, path: "settings.\($0.key)", context: context) }
        context.settingNames = settings.map(\.name)
        if reader.has(.auth), reader.entries(.auth).isEmpty {
            reader.report(
                .auth, "there is no way of authorisation",
                advice: "write one, such as key: { bearer: \"{{ secret.key }}\" }")
        }
        authorization = reader.entries(.auth).compactMap {
            AuthorizationMethod($0, path: "auth.\($0.key)", context: context)
        }
        title = reader.text(.title) ?? name
        documentation = reader.text(.docs)
        objectNames = reader.entries(.objects).map(\.key)
        for entry in reader.entries(.objects) where !Self.isObjectName(entry.key) {
            context.report(
                at: entry.keyOrigin, path: "objects", "'\(entry.key)' cannot be the name of an object",
                advice: "use lower-case letters, digits, hyphens and underscores")
        }
        self.name = name
        self.document = document
        if !reader.has(.objects) {
            reader.missing(
                .objects, advice: "write objects: with at least one object, or objects: {} for overrides to fill")
        }
    }

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 60
            && text.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 }
    }

    static func isObjectName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 60
            && text.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 || $0 == 95 }
    }

    /// Resolves one object with everyone's overrides, which are applied in the order of their layers.
    ///
    /// `settings` are the integration's: those that `map` reads become part of the result, because mapping happens in
    /// another service.
    /// - Throws: `Diagnostics` with every problem. Warnings are in the result.
    public func resolve(
        object: String, overrides: [Override] = [], settings given: JSONValue = .null
    ) throws(Diagnostics) -> ResolvedDefinition {
        let ordered = overrides.sorted { $0.layer < $1.layer }
        guard
            objectNames.contains(object)
                || ordered.contains(where: { $0.declares(object) || $0.layer >= .integrationObject })
        else {
            throw Diagnostics([
                Diagnostic(
                    at: document.origin, path: "objects", "\(name) has no object '\(object)'",
                    advice: NearestName.advice(for: object, among: objectNames))
            ])
        }
        var problems = Diagnostics()
        let tree = embeddingParents(
            in: merged(object: object, overrides: ordered), chain: [object], overrides: ordered, problems: &problems)
        guard problems.hasErrors else { return try ResolvedDefinition(tree: tree, given: given) }
        do throws(Diagnostics) {
            _ = try ResolvedDefinition(tree: tree, given: given)
        } catch {
            problems.append(contentsOf: error)
        }
        throw Diagnostics(problems.sorted)
    }

    /// The tree of one object with everyone's overrides, which are in the order of their layers.
    func merged(object: String, overrides ordered: [Override]) -> DefinitionNode {
        var merged = document.keeping(Self.handedDown)
        if let own = document["objects"]?[object] {
            merged = merged.merging(own.attributed(to: .providerObject))
            if own["base_url"] != nil { merged = keepingBaseOfVerification(merged) }
        }
        for override in ordered {
            let patch = override.layer == .integrationObject ? override.patch : override.patch(for: object)
            merged = merged.merging(patch)
        }
        let builtIn = Origin(layer: .builtIn, file: merged.origin.file, line: merged.origin.line)
        let identity: [DefinitionNode.Entry] = [
            DefinitionNode.Entry(key: "provider", keyOrigin: builtIn, value: DefinitionNode(.text(name), at: builtIn)),
            DefinitionNode.Entry(key: "object", keyOrigin: builtIn, value: DefinitionNode(.text(object), at: builtIn)),
        ]
        merged = merged.removing(["object", "mapping_settings"]).merging(DefinitionNode(.map(identity), at: builtIn))
        // Problems of an object are told at its place, not at that of the provider.
        if let own = document["objects"]?[object] { merged.origin = own.origin }
        return merged
    }

    /// A connection is the provider's: it is verified at the provider's address, whichever object stands for it.
    private func keepingBaseOfVerification(_ tree: DefinitionNode) -> DefinitionNode {
        guard let verify = tree["verify"], verify["base_url"] == nil, let base = document["base_url"] else {
            return tree
        }
        func map(_ key: String, _ value: DefinitionNode) -> DefinitionNode {
            DefinitionNode(
                .map([DefinitionNode.Entry(key: key, keyOrigin: base.origin, value: value)]), at: verify.origin)
        }
        return tree.merging(map("verify", map("base_url", base)))
    }

    /// Every problem of the provider and of its objects, without overrides.
    public func validate() -> Diagnostics {
        var diagnostics = Diagnostics()
        for object in objectNames {
            do {
                diagnostics.append(contentsOf: try resolve(object: object).diagnostics)
            } catch {
                diagnostics.append(contentsOf: error)
            }
        }
        return diagnostics
    }
}
