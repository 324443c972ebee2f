import Catalog
import Cryptography
import FoundationEssentials
import JSON
import Models
import Service
import Storage
import YAML

/// What a file of `tributary apply` says: customers, their integrations and their secrets, checked against the catalog.
package struct ApplyFile {
    /// The customers.
    package private(set) var customers: [CustomerSpecification] = []
    /// The secrets by customer and integration.
    package private(set) var secrets: [(customer: String, integration: String, secrets: JSONObject)] = []

    /// Reads `bytes`, which came from `file`.
    /// - Throws: `Diagnostics` with every problem.
    package init(_ bytes: [UInt8], file: String, catalog: CatalogFolder, environment: [String: String]) throws {
        let documents: [YAMLNode]
        do {
            documents = try YAMLParser.documents(bytes)
        } catch {
            throw Diagnostics(
                error.problems.map {
                    Diagnostic(
                        at: Origin(layer: .integration, file: file, line: $0.mark.line, column: $0.mark.column),
                        path: "",
                        $0.message, advice: $0.advice ?? "mend the YAML")
                })
        }
        var reader = ApplyReader(file: file, catalog: catalog, environment: environment)
        for document in documents {
            reader.checkKeys(of: document, "the file", known: ["customers"])
            for customer in reader.list(document["customers"], "customers", at: document) {
                if let read = reader.customer(customer) { customers.append(read) }
            }
        }
        if reader.diagnostics.hasErrors { throw reader.diagnostics }
        secrets = reader.secrets
    }

    /// The customers, whose integrations seal the secrets that the file gives them with `keys`.
    package func sealed(with keys: KeyRing) -> [CustomerSpecification] {
        customers.map { customer in
            var customer = customer
            for index in customer.integrations.indices {
                let key = customer.integrations[index].key
                let given = secrets.last { $0.customer == customer.key && $0.integration == key }
                guard let plain = given.map({ Secret(JSONValue.object($0.secrets).text) }) else { continue }
                customer.integrations[index].credential = { publicID in
                    let sealed = try keys.seal(plain, for: "credential:\(publicID)")
                    return StoredCredential(ciphertext: sealed.bytes, keyID: sealed.keyID, version: 1)
                }
            }
            return customer
        }
    }
}
