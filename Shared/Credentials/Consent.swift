import Cryptography

/// What binds a person's consent to whoever asked for it: `state` (RFC 6749, 10.12) and the verifier of PKCE (RFC 7636).
package struct Consent: Sendable {
    /// Sent along, and expected back.
    package let state: String
    /// Proves who asked.
    package let verifier: Secret
    /// The S256 of the verifier, sent along.
    package let challenge: String

    /// A new one.
    /// - Throws: `CryptographyError` where there is no randomness.
    package init() throws {
        let text = Base64.url.encode(try randomBytes(32))
        state = Base64.url.encode(try randomBytes(32))
        verifier = Secret(text)
        challenge = try Self.challenge(of: text)
    }

    /// The S256 of a verifier.
    package static func challenge(of verifier: String) throws -> String {
        Base64.url.encode(try SHA256.digest(Array(verifier.utf8)[...]))
    }

    /// Whether `text` is the state that was sent along.
    package func accepts(state text: String) -> Bool { constantTimeEqual(Array(text.utf8), Array(state.utf8)) }
}
