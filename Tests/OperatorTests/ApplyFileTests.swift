import Catalog
import Exchanges
import Foundation
import JSON
import Models
import Operator
import Storage
import Testing

@Suite("Apply files")
struct ApplyFileTests {
    private static let catalog = CatalogFolder(path: SmallCatalog.path)

    private func read(_ yaml: String, environment: [String: String] = [:]) throws -> ApplyFile {
        try ApplyFile(Array(yaml.utf8), file: "test.yaml", catalog: Self.catalog, environment: environment)
    }

    /// The problems of a file that is not right, each as one line.
    private func problems(_ yaml: String) -> [String] {
        do {
            _ = try read(yaml)
            return []
        } catch {
            return (error as? Diagnostics)?.sorted.map(\.description) ?? ["\(error)"]
        }
    }

    @Test func areReadWhole() throws {
        let file = try read(
            """
            customers:
              - key: acme
                name: Acme GmbH
                weight: 3
                max_runs: 5
                every: { all: 1h, stripe/charges: 5m, tickets: 10m }
                overrides: { stripe: { settle: 5m } }
                integrations:
                  - provider: stripe
                    secrets: { api_key: { env: KEY } }
                    objects:
                      - customers
                      - { object: charges, every: 30m, enabled: false, override: { settle: 1m } }
            """, environment: ["KEY": "sk_test"])
        let customer = try #require(file.customers.first)
        #expect(customer.key == "acme" && customer.name == "Acme GmbH" && customer.weight == 3 && customer.maxRuns == 5)
        #expect(customer.paces == ["": .seconds(3600), "stripe/charges": .seconds(300), "tickets": .seconds(600)])
        #expect(customer.overrides["stripe"].map { String(decoding: $0, as: UTF8.self) } == #"{"settle":"5m"}"#)
        let integration = try #require(customer.integrations.first)
        #expect(integration.key == "stripe" && integration.enabled)
        #expect(integration.objects.map(\.object) == ["customers", "charges"])
        #expect(integration.objects.map(\.type) == [.accounts, .deals])
        #expect(integration.objects.map(\.enabled) == [true, false])
        #expect(integration.objects[1].every == .seconds(1800))
        #expect(file.secrets.map { $0.secrets["api_key"] } == ["sk_test"])
    }

    @Test func meanEveryObjectWhereNoneIsNamed() throws {
        let file = try read("customers: [{ key: a, integrations: [{ provider: stripe }] }]")
        #expect(file.customers[0].integrations[0].objects.count == Self.catalog.providers["stripe"]?.objectNames.count)
    }

    @Test(
        arguments: [
            ("customers: [{ name: A }]", "has no key"),
            ("customers: [{ key: 'A b' }]", "'A b' cannot be a key"),
            ("customers: [{ key: a, wieght: 2 }]", "'wieght' is not known"),
            ("customers: [{ key: a, weight: 0 }]", "weight must be a number"),
            ("customers: [{ key: a, every: { all: 10 } }]", "not a duration"),
            ("customers: [{ key: a, every: { strype: 10m } }]", "'strype' is neither a provider nor a type"),
            ("customers: [{ key: a, integrations: [{ provider: strype }] }]", "no usable provider 'strype'"),
            (
                "customers: [{ key: a, integrations: [{ provider: stripe, objects: [chargez] }] }]",
                "no object 'chargez'"
            ),
            ("customers: [{ key: a, integrations: [{ provider: stripe, settings: { base_url: x } }] }]", "base_url"),
            (
                "customers: [{ key: a, integrations: [{ provider: stripe, secrets: { api_key: sk } }] }]",
                "neither { env: NAME }"
            ),
            (
                "customers: [{ key: a, integrations: [{ provider: stripe, secrets: { api_key: { env: NO } } }] }]",
                "NO is not set"
            ),
            ("customers: [{ key: a, overrides: { stripe: { settle: soon } } }]", "settle"),
            ("nobody: []", "'nobody' is not known"),
            ("customers: [", "a value is missing"),
            (
                "customers: [{ key: a, integrations: [{ provider: zendesk }] }]", "the setting 'subdomain' is missing"
            ),
        ])
    func sayWhatIsWrongAndWhere(_ yaml: String, _ problem: String) {
        let found = problems(yaml)
        #expect(found.contains { $0.contains(problem) }, "\(found)")
        #expect(found.allSatisfy { $0.contains(".yaml:") }, "\(found)")
    }

    @Test func tellEveryProblemInOneGo() {
        #expect(problems("customers: [{ key: 'A b' }, { key: b, weight: x }, { key: c, foo: 1 }]").count == 3)
    }

    @Test func neverShowASecretInAProblem() {
        let found = problems(
            "customers: [{ key: a, integrations: [{ provider: stripe, secrets: { api_key: sk_live_1 } }] }]")
        #expect(!found.isEmpty && found.allSatisfy { !$0.contains("sk_live_1") })
    }

    @Test func readSecretsFromFiles() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "secret-\(UUID())").path
        try Data("sk_file\n".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try read(
            "customers: [{ key: a, integrations: [{ provider: stripe, secrets: { api_key: { file: \(path) } } }] }]")
        #expect(file.secrets.map { $0.secrets["api_key"] } == ["sk_file"])
    }
}
