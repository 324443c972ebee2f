/// An encrypted value as it is stored: the id of its key, and format, nonce, ciphertext and tag.
public struct SealedValue: Sendable, Hashable {
    /// The first byte of `bytes`: what follows is 12 bytes of nonce, ciphertext, 16 bytes of tag (AES-256-GCM).
    static let format: UInt8 = 1

    /// Which key of the ring opens it.
    public let keyID: String
    /// Format, nonce, ciphertext and tag.
    public let bytes: [UInt8]

    /// A value that was read from where it is stored.
    public init(keyID: String, bytes: [UInt8]) {
        self.keyID = keyID
        self.bytes = bytes
    }

    /// What is authenticated beside the ciphertext. Lengths stand before texts, so that no two pairs give the same.
    static func associatedData(keyID: String, data: String) -> [UInt8] {
        [format, UInt8(truncatingIfNeeded: keyID.utf8.count)] + Array(keyID.utf8) + Array(data.utf8)
    }
}
