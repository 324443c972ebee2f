import Catalog
import Cryptography
import Models
import Storage

/// Seals tokens and opens them.
package struct TokenSealing: Sendable {
    private let keys: KeyRing?

    /// Sealing with the current key of `keys`.
    package init(keys: KeyRing?) { self.keys = keys }

    private func ring() throws(Failure) -> KeyRing {
        if let keys { return keys }
        throw Failure(.internalFault, "there is no key to seal tokens with", advice: "set TRIBUTARY_KEYS")
    }

    /// The token, sealed for `purpose`.
    package func seal(_ token: GrantedToken, for purpose: String) throws(Failure) -> SealedToken {
        let ring = try ring()
        do {
            let sealed = try ring.seal(token.storedForm, for: purpose)
            return SealedToken(ciphertext: sealed.bytes, keyID: sealed.keyID, expiresAt: token.expiresAt)
        } catch {
            throw Failure(.internalFault, "a token cannot be sealed: \(error)")
        }
    }

    /// The token that was sealed for `purpose`.
    package func open(_ sealed: SealedToken, for purpose: String) throws(Failure) -> GrantedToken {
        let ring = try ring()
        let opened: Secret
        do {
            opened = try ring.open(SealedValue(keyID: sealed.keyID, bytes: sealed.ciphertext), for: purpose)
        } catch {
            throw Failure(
                .internalFault, "the token of the integration cannot be opened: \(error)",
                advice: "the key '\(sealed.keyID)' must be among TRIBUTARY_KEYS")
        }
        guard let token = GrantedToken(storedForm: opened, expiresAt: sealed.expiresAt) else {
            throw Failure(.internalFault, "the token of the integration is not in the form it was stored in")
        }
        return token
    }
}
