import Catalog
import FoundationEssentials
import JSON
import Models
import Service
import Storage
import YAML

/// Reads the parts of an apply file, gathering every problem with its place.
struct ApplyReader {
    let file: String
    let catalog: CatalogFolder
    let environment: [String: String]
    var diagnostics = Diagnostics()
    var secrets: [(customer: String, integration: String, secrets: JSONObject)] = []

    init(file: String, catalog: CatalogFolder, environment: [String: String]) {
        self.file = file
        self.catalog = catalog
        self.environment = environment
    }

    mutating func customer(_ node: YAMLNode) -> CustomerSpecification? {
        checkKeys(
            of: node, "a customer",
            known: ["key", "name", "weight", "max_runs", "every", "alerts", "overrides", "integrations"])
        guard let key = key(node, "a customer") else { return nil }
        var paces: [String: Duration] = [:]
        var subjects: [(String, YAMLMark)] = []
        for member in node["every"]?.mapping ?? [] {
            subjects.append((member.key, member.keyMark))
            if let pace = duration(member.value, "every") { paces[member.key == "all" ? "" : member.key] = pace }
        }
        var overrides: [String: [UInt8]] = [:]
        for member in node["overrides"]?.mapping ?? [] {
            guard let provider = provider(member.key, at: member.keyMark) else { continue }
            let patch = DefinitionNode(member.value, file: file, layer: .customer)
            for object in provider.objectNames {
                check(provider, object, [Override(layer: .customer, patch: patch)], .null)
            }
            overrides[member.key] = patch.json.encoded
        }
        let integrations = list(node["integrations"], "integrations", at: node).compactMap { integration($0, of: key) }
        let types = Set(integrations.flatMap(\.objects).map(\.type.name)).union(InteractionType.canonical.map(\.name))
        for (subject, mark) in subjects where !isPaced(subject, types: types) {
            report(
                mark, "'\(subject)' is neither a provider nor a type of records",
                "write all, a type such as tickets, a provider of the catalog, or provider/object")
        }
        return CustomerSpecification(
            key: key, name: node["name"]?.scalar?.text, weight: number(node["weight"], "weight") ?? 1,
            maxRuns: number(node["max_runs"], "max_runs").map { Int($0) }, paces: paces, overrides: overrides,
            integrations: integrations, alertEmail: alertEmail(node["alerts"]))
    }

    /// Whether a customer's pace may be for `subject`. Objects are not looked up: overrides may make some.
    private func isPaced(_ subject: String, types: Set<String>) -> Bool {
        let provider = subject.split(separator: "/", maxSplits: 1).first.map(String.init) ?? ""
        return subject == "all" || types.contains(subject) || catalog.providers[provider] != nil
    }

    private mutating func integration(_ node: YAMLNode, of customer: String) -> IntegrationSpecification? {
        checkKeys(
            of: node, "an integration",
            known: ["key", "provider", "enabled", "settings", "secrets", "override", "objects"])
        guard let name = node["provider"]?.scalar?.text else {
            report(node.mark, "the integration names no provider", "write provider: and one of the catalog's providers")
            return nil
        }
        guard let provider = provider(name, at: node["provider"]?.mark ?? node.mark) else { return nil }
        let key = node["key"] == nil ? name : key(node, "an integration")
        guard let key else { return nil }
        let settings =
            node["settings"].map { DefinitionNode($0, file: file, layer: .integration).json } ?? .object(JSONObject())
        let origin = origin(node["settings"]?.mark ?? node.mark)
        var patches: [Override] = []
        if let override = node["override"] {
            patches.append(
                Override(layer: .integration, patch: DefinitionNode(override, file: file, layer: .integration)))
        }
        let objects = self.objects(node, provider, patches, settings)
        for problem in provider.settings.problems(with: settings, origin: origin) { diagnostics.append(problem) }
        secrets(node["secrets"], of: customer, key)
        return IntegrationSpecification(
            key: key, provider: name, enabled: flag(node["enabled"]), settings: settings.encoded,
            override: patches.first?.patch.json.encoded, objects: objects)
    }

    private mutating func objects(
        _ node: YAMLNode, _ provider: ProviderDefinition, _ patches: [Override], _ settings: JSONValue
    ) -> [ObjectSpecification] {
        guard let listed = node["objects"] else {
            return provider.objectNames.compactMap {
                object(named: $0, nil, provider, patches, settings, at: node.mark)
            }
        }
        return list(listed, "objects", at: node).compactMap { entry in
            if let name = entry.scalar?.text {
                return object(named: name, nil, provider, patches, settings, at: entry.mark)
            }
            checkKeys(of: entry, "an object", known: ["object", "every", "enabled", "override"])
            guard let name = entry["object"]?.scalar?.text else {
                report(
                    entry.mark, "the entry names no object",
                    "write object: and one of \(provider.objectNames.joined(separator: ", "))")
                return nil
            }
            return object(named: name, entry, provider, patches, settings, at: entry.mark)
        }
    }

    private mutating func object(
        named name: String, _ entry: YAMLNode?, _ provider: ProviderDefinition, _ patches: [Override],
        _ settings: JSONValue, at mark: YAMLMark
    ) -> ObjectSpecification? {
        var patches = patches
        let own = entry?["override"].map { DefinitionNode($0, file: file, layer: .integrationObject) }
        if let own { patches.append(Override(layer: .integrationObject, patch: own)) }
        guard let definition = check(provider, name, patches, settings, at: mark) else { return nil }
        return ObjectSpecification(
            object: name, type: definition.object.type, every: entry?["every"].flatMap { duration($0, "every") },
            enabled: flag(entry?["enabled"]), override: own?.json.encoded)
    }

    @discardableResult
    private mutating func check(
        _ provider: ProviderDefinition, _ object: String, _ patches: [Override], _ settings: JSONValue,
        at mark: YAMLMark? = nil
    ) -> ResolvedDefinition? {
        do {
            return try provider.resolve(object: object, overrides: patches, settings: settings)
        } catch {
            for problem in error.errors {
                var problem = problem
                // A name that does not exist is written here, whatever the definition's place is.
                if problem.path == "objects", let mark { problem.origin = origin(mark) }
                diagnostics.append(problem)
            }
            return nil
        }
    }

    private mutating func provider(_ name: String, at mark: YAMLMark) -> ProviderDefinition? {
        if let provider = catalog.providers[name] { return provider }
        report(
            mark, "the catalog has no usable provider '\(name)'",
            "write one of \(catalog.providers.keys.sorted().joined(separator: ", ")); `tributary validate` tells of broken ones"
        )
        return nil
    }

    func origin(_ mark: YAMLMark) -> Origin {
        Origin(layer: .integration, file: file, line: mark.line, column: mark.column)
    }

    mutating func report(_ mark: YAMLMark, _ message: String, _ advice: String) {
        diagnostics.append(Diagnostic(at: origin(mark), path: "", message, advice: advice))
    }
}
