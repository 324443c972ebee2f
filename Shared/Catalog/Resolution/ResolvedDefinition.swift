import Cryptography
import JSON
import Models

/// One object's definition with every layer applied: what a retriever asks by and a processor maps by. An object, because
/// it is several kilobytes of fields that whoever passes it on would otherwise copy.
public final class ResolvedDefinition: Sendable {
    /// The definition.
    public let object: ObjectDefinition
    /// The canonical JSON: what is stored under the hash.
    public let body: [UInt8]
    /// 32 hexadecimal digits, the first half of the body's SHA-256: runs and messages carry it, so that services with
    /// different catalogs agree.
    public let hash: String
    /// The warnings of its definition.
    public let diagnostics: Diagnostics
    /// The merged tree, with the layer and place of every value.
    public let tree: DefinitionNode
    /// The settings that the mapping reads.
    let mappingSettings: Value

    /// Decodes a merged tree, adding the settings that its mapping reads.
    convenience init(tree: DefinitionNode, given: JSONValue) throws(Diagnostics) {
        let context = DecodingContext()
        let object = ObjectDefinition(tree, context: context)
        guard let object, !context.diagnostics.hasErrors else { throw context.diagnostics.orUnusable(tree.origin) }
        let values = object.settings.values(given: given)
        let read = Self.settingsRead(by: object)
        var tree = tree
        if !read.isEmpty {
            var members: [(String, JSONValue)] = []
            for name in read.sorted() { members.append((name, values.value(at: JSONPath(keys: name)).json)) }
            let origin = Origin(layer: .integration)
            let node = DefinitionNode(.object(JSONObject(members)), layer: .integration)
            tree = tree.merging(
                DefinitionNode(
                    .map([DefinitionNode.Entry(key: "mapping_settings", keyOrigin: origin, value: node)]), at: origin))
        }
        try self.init(tree: tree, object: object, diagnostics: context.diagnostics)
    }

    private init(tree: DefinitionNode, object: ObjectDefinition, diagnostics: Diagnostics) throws(Diagnostics) {
        self.tree = tree
        self.object = object
        self.diagnostics = diagnostics
        mappingSettings = tree["mapping_settings"].map { Value($0.json) } ?? .map([:])
        body = tree.canonicalJSON
        do {
            hash = String(try SHA256.hexadecimal(body[...]).prefix(32))
        } catch {
            throw Diagnostics([
                Diagnostic(
                    at: tree.origin, path: "", "SHA-256 is not available", advice: "check the installation of libcrypto"
                )
            ])
        }
    }

    /// Reads a stored body. Keys that a newer version of the language has added are ignored.
    /// - Throws: `Failure` of class definition.
    public convenience init(storedBody: ArraySlice<UInt8>) throws(Failure) {
        let tree: DefinitionNode
        do {
            tree = DefinitionNode(JSONValue(try JSONDocument(storedBody).root), layer: .provider)
        } catch {
            throw Failure(
                .definition, "a stored definition cannot be read: \(error)", advice: "apply the integration again")
        }
        let context = DecodingContext(ignoresUnknownKeys: true)
        guard let object = ObjectDefinition(tree, context: context), !context.diagnostics.hasErrors else {
            let first = context.diagnostics.errors.first
            throw Failure(
                .definition, "a stored definition does not fit this version: \(first?.message ?? "it is incomplete")",
                advice: "let all services have the same version, or apply the integration again")
        }
        do {
            try self.init(tree: tree, object: object, diagnostics: context.diagnostics)
        } catch {
            throw Failure(.internalFault, "a stored definition cannot be hashed")
        }
    }

    private static func settingsRead(by object: ObjectDefinition) -> Set<String> {
        var names = Set<String>()
        for template in object.mappings.flatMap(\.templates) {
            for expression in template.expressions {
                expression.forEachReference { name, path in
                    guard name == .settings else { return }
                    if case .key(let setting)? = path.steps.first { names.insert(setting) }
                }
            }
        }
        return names
    }
}

extension Diagnostics {
    /// Never empty, so that a refusal always has a reason.
    fileprivate func orUnusable(_ origin: Origin) -> Diagnostics {
        hasErrors
            ? self
            : Diagnostics(
                all + [
                    Diagnostic(
                        at: origin, path: "", "the definition is incomplete",
                        advice: "give the object a type, a request and an id")
                ])
    }
}
