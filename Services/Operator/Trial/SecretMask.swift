import Catalog
import Cryptography
import JSON

/// Replaces secrets in what is shown.
package struct SecretMask: Sendable {
    private let secrets: [String]
    /// Shorter ones would take ordinary words apart.
    private static let shortest = 4

    /// A mask of the secrets that `context` brings.
    package init(_ context: RetrievalContext) {
        var texts = context.secrets.values.map { $0.reveal() }
        for (_, value) in context.token.object ?? JSONObject() {
            if let text = value.string { texts.append(text) }
        }
        secrets = texts.filter { $0.count >= Self.shortest }.sorted { $0.count > $1.count }
    }

    /// `text` with `***` for every secret.
    package func masked(_ text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "***") }
    }

    /// The headers of a request as they may be shown.
    package func headers(of plan: RequestPlan) -> [(name: String, value: String)] {
        plan.headers.map { ($0.name, $0.isSecret ? "***" : masked($0.value)) }
    }

    /// The address and the body of a request as they may be shown.
    package func address(of plan: RequestPlan) -> String { masked(plan.shownURL) }

    /// The body of a request as it may be shown; nil for none.
    package func body(of plan: RequestPlan) -> String? { plan.body.map { masked(String(decoding: $0, as: UTF8.self)) } }
}
