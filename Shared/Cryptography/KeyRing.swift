/// The keys that credentials are encrypted with: the first seals, all open. To change keys, put the new one first,
/// seal everything again, then remove the old one. Nonces are random, so change a key before 2^32 values were sealed
/// with it (NIST SP 800-38D, section 8.3).
public struct KeyRing: Sendable {
    private struct Key: Sendable {
        let id: String
        let secret: Secret
    }

    private let current: Key
    private let older: [Key]

    /// Reads `id:base64,id:base64…`, the current key first; each has 32 bytes. The ids are public; letters, digits,
    /// dots, dashes and underscores, at most 64.
    /// - Throws: `.invalidKeyRing`, which tells the place and never a key.
    public init(parsing text: Secret) throws(CryptographyError) {
        var keys: [Key] = []
        for (position, entry) in text.reveal().split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let key = try Self.key(entry.trimmingSpaces, position: position + 1)
            guard !keys.contains(where: { $0.id == key.id }) else {
                throw .invalidKeyRing("the id '\(key.id)' is there twice")
            }
            keys.append(key)
        }
        guard let first = keys.first else { throw .invalidKeyRing("it holds no key") }
        current = first
        older = Array(keys.dropFirst())
    }

    /// The id of the key that seals.
    public var currentKeyID: String { current.id }

    /// The ids of all keys, the current one first.
    public var keyIDs: [String] { [current.id] + older.map(\.id) }

    /// A new key in the form that `init(parsing:)` reads.
    /// - Throws: `.unavailable` where there is no randomness.
    public static func makeKey(id: String) throws(CryptographyError) -> Secret {
        Secret("\(id):\(Base64.standard.encode(try randomBytes(AESGCM.keyBytes)))")
    }

    /// Encrypts `secret` with the current key. `associatedData` says what it belongs to (a table, a row's id): the
    /// value opens for that only, so that nobody can move one customer's credential to another's row.
    /// - Throws: `.unavailable` where the library refuses.
    public func seal(_ secret: Secret, for associatedData: String) throws(CryptographyError) -> SealedValue {
        let nonce = try randomBytes(AESGCM.nonceBytes)
        let data = SealedValue.associatedData(keyID: current.id, data: associatedData)
        let sealed = try secret.withBytes { (plaintext) throws(CryptographyError) in
            try AESGCM.seal(plaintext, key: current.secret, nonce: nonce, associatedData: data)
        }
        return SealedValue(keyID: current.id, bytes: [SealedValue.format] + nonce + sealed)
    }

    /// Decrypts what `seal` gave for the same associated data.
    /// - Throws: `.unknownKey`, `.notAuthentic`, `.malformed`, `.unavailable`.
    public func open(_ value: SealedValue, for associatedData: String) throws(CryptographyError) -> Secret {
        guard let key = ([current] + older).first(where: { $0.id == value.keyID }) else {
            throw .unknownKey(id: value.keyID)
        }
        let bytes = value.bytes
        guard bytes.first == SealedValue.format, bytes.count > AESGCM.nonceBytes + AESGCM.tagBytes else {
            throw .malformed
        }
        let secret = try AESGCM.open(
            bytes[(1 + AESGCM.nonceBytes)...], key: key.secret, nonce: Array(bytes[1...AESGCM.nonceBytes]),
            associatedData: SealedValue.associatedData(keyID: key.id, data: associatedData))
        guard let secret else { throw .notAuthentic(keyID: key.id) }
        return secret
    }

    /// True where `value` was sealed with an older key and should be sealed again.
    public func isOutdated(_ value: SealedValue) -> Bool { value.keyID != current.id }

    private static func key(_ entry: Substring, position: Int) throws(CryptographyError) -> Key {
        let place = "entry \(position)"
        guard let colon = entry.firstIndex(of: ":") else {
            throw .invalidKeyRing("\(place) is not of the form id:base64")
        }
        let id = entry[..<colon]
        // The id is only told once it cannot be a key that lost its id.
        let isID: (UInt8) -> Bool = {
            ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E || $0 == 0x2D
                || $0 == 0x5F
        }
        guard !id.isEmpty, id.utf8.count <= 64, id.utf8.allSatisfy(isID) else {
            throw .invalidKeyRing("\(place) has an id that is not 1 to 64 letters, digits, dots, dashes or underscores")
        }
        guard let bytes = Base64.standard.decode(entry[entry.index(after: colon)...]), bytes.count == AESGCM.keyBytes
        else {
            throw .invalidKeyRing(
                "\(place) is not \(AESGCM.keyBytes) bytes in base 64; make one with: openssl rand -base64 32")
        }
        guard Set(bytes).count > 4 else { throw .invalidKeyRing("\(place) is not random") }
        return Key(id: String(id), secret: Secret(bytes: bytes))
    }
}

extension KeyRing: CustomStringConvertible, CustomReflectable {
    /// The ids of the keys.
    public var description: String { "keys \(keyIDs.joined(separator: ", "))" }
    /// The ids of the keys.
    public var customMirror: Mirror { Mirror(self, children: ["keyIDs": keyIDs]) }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
