import Cryptography
import JSON
import Models
import Storage

/// Opens the credentials of integrations. Secrets live in memory as long as a run needs them, and nowhere else.
package struct CredentialReader: Sendable {
    private let store: any IntegrationStore
    private let keys: KeyRing?

    /// A reader that opens with `keys`.
    package init(store: any IntegrationStore, keys: KeyRing?) {
        self.store = store
        self.keys = keys
    }

    /// The secrets of an integration by name; empty if it has none.
    /// - Throws: `Failure` of class internal where they cannot be opened; never with any of their bytes.
    package func secrets(integration: Int64, publicID: PublicID) async throws -> [String: Secret] {
        guard let stored = try await store.credential(integration: integration) else { return [:] }
        guard let keys else {
            throw Failure(.internalFault, "there is no key to open credentials with", advice: "set TRIBUTARY_KEYS")
        }
        let opened: Secret
        do {
            opened = try keys.open(
                SealedValue(keyID: stored.keyID, bytes: stored.ciphertext), for: "credential:\(publicID)")
        } catch {
            throw Failure(
                .internalFault, "the credential of the integration cannot be opened: \(error)",
                advice: "the key '\(stored.keyID)' must be among TRIBUTARY_KEYS")
        }
        return try Self.secrets(in: opened)
    }

    private static func secrets(in opened: Secret) throws -> [String: Secret] {
        do {
            let value = try JSONValue(parsing: opened.reveal())
            var secrets: [String: Secret] = [:]
            for (name, secret) in value.object ?? JSONObject() {
                if let text = secret.string { secrets[name] = Secret(text) }
            }
            return secrets
        } catch {
            throw Failure(.internalFault, "the credential of the integration is not in the form it was stored in")
        }
    }
}
