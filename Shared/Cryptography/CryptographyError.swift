/// Why something could not be encrypted, decrypted or decoded. Never holds keys, plaintexts or ciphertexts.
public enum CryptographyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Sealed with a key that the ring does not hold: a key was removed too early.
    case unknownKey(id: String)
    /// Not what was sealed, or sealed for another place: altered bytes, another key, other associated data.
    case notAuthentic(keyID: String)
    /// Too short, or of a format that this version does not know.
    case malformed
    /// The text of a key ring is not what it should be.
    case invalidKeyRing(String)
    /// The library refused: no memory, no randomness.
    case unavailable(String)

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .unknownKey(let id):
            "sealed with the key '\(id)', which is not in the key ring; add it behind the current key"
        case .notAuthentic(let id):
            "cannot be opened with the key '\(id)': it was altered, or sealed for something else"
        case .malformed: "is not a sealed value of this program"
        case .invalidKeyRing(let problem): "the key ring is not valid: \(problem)"
        case .unavailable(let what): "the cryptographic library refused: \(what)"
        }
    }
}
