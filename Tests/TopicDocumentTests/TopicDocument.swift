import Foundation
import Models
import Testing
import YAML

/// `deploy/asyncapi.yaml`, as far as the tests look into it.
struct TopicDocument {
    private let root: YAMLNode

    init() throws {
        let folder = #filePath.components(separatedBy: "/Tests/")[0]
        root = try YAMLParser.document(try String(contentsOfFile: folder + "/deploy/asyncapi.yaml", encoding: .utf8))
    }

    /// The addresses of all channels, one for each value of a parameter that has an `enum`.
    var addresses: Set<String> {
        var addresses: Set<String> = []
        for channel in root["channels"]?.mapping ?? [] {
            guard let address = channel.value["address"]?.scalar?.text else { continue }
            let values = channel.value["parameters"]?["type"]?["enum"]?.sequence?.compactMap { $0.scalar?.text }
            for value in values ?? [""] {
                addresses.insert(address.replacingOccurrences(of: "{type}", with: value))
            }
        }
        return addresses
    }

    /// The `ce_type` of every message.
    var types: Set<String> {
        Set(
            (root["components"]?["schemas"]?.mapping ?? []).compactMap {
                $0.value["properties"]?["ce_type"]?["const"]?.scalar?.text
            })
    }

    /// The members of the schema called `name`.
    func properties(of name: String) -> Set<String> {
        Set((root["components"]?["schemas"]?[name]?["properties"]?.mapping ?? []).map(\.key))
    }

    /// Fails where `message` lacks a required header or has one that the document does not know.
    /// - Parameter hasOptional: the headers that are not required and that it has.
    func check(_ message: Message, as name: String, hasOptional: Set<String>) throws {
        let described = try #require(root["components"]?["messages"]?[name], "no message \(name)")
        let reference = try #require(described["headers"]?["$ref"]?.scalar?.text)
        let schema = try #require(
            root["components"]?["schemas"]?[reference.components(separatedBy: "/").last ?? ""])
        let required = Set((schema["required"]?.sequence ?? []).compactMap { $0.scalar?.text })
        let names = Set(message.headers.map(\.name))
        #expect(names.subtracting(hasOptional) == required, "\(name)")
        let known = Set((schema["properties"]?.mapping ?? []).map(\.key))
        #expect(names.isSubset(of: known), "\(name): \(names.subtracting(known))")
        let type = schema["properties"]?["ce_type"]?["const"]?.scalar?.text
        #expect(message.headers.first { $0.name == CloudEventHeader.type }?.value == type)
    }
}
