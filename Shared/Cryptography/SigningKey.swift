import CCrypto

/// A private key that signs, as JSON Web Signatures do (RFC 7518, 3.3 and 3.4).
public struct SigningKey: Sendable {
    /// How it signs.
    public enum Algorithm: Sendable {
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        case rs256
        /// ECDSA on P-256 with SHA-256; the signature is r and s, 32 bytes each.
        case es256
    }

    private let pem: Secret

    /// A key in PEM, unencrypted. Files of providers often write line ends as `\n`; both are read.
    public init(pem: Secret) {
        let text = pem.reveal()
        var lines = ""
        var rest = text[...]
        while let mark = rest.firstIndex(of: "\\") {
            lines += rest[..<mark]
            let next = rest.index(after: mark)
            if next < rest.endIndex, rest[next] == "n" {
                lines += "\n"
                rest = rest[rest.index(after: next)...]
            } else {
                lines += "\\"
                rest = rest[next...]
            }
        }
        self.pem = Secret(lines + rest)
    }

    /// The signature of `message`.
    /// - Throws: `.unavailable` where the key is none, or not of the algorithm's kind.
    public func signature(of message: [UInt8], _ algorithm: Algorithm) throws(CryptographyError) -> [UInt8] {
        let signature: [UInt8]? = pem.withBytes { pem -> [UInt8]? in
            guard let length = Int32(exactly: pem.count), let bio = BIO_new_mem_buf(pem.baseAddress, length) else {
                return nil
            }
            defer { BIO_free(bio) }
            // Without the callback the library would ask the terminal for the password of an encrypted key.
            guard let key = PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil) else { return nil }
            defer { EVP_PKEY_free(key) }
            guard EVP_PKEY_get_base_id(key) == (algorithm == .rs256 ? EVP_PKEY_RSA : EVP_PKEY_EC) else { return nil }
            return Self.sign(message, key)
        }
        ERR_clear_error()
        guard let signature else {
            throw .unavailable("the private key is not an unencrypted \(algorithm == .rs256 ? "RSA" : "EC") key in PEM")
        }
        guard algorithm == .es256 else { return signature }
        guard let raw = Self.rawPair(signature) else { throw .unavailable("the private key is not on the curve P-256") }
        return raw
    }

    private static func sign(_ message: [UInt8], _ key: OpaquePointer) -> [UInt8]? {
        guard let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        var length = 0
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestSign(context, nil, &length, message, message.count) == 1
        else { return nil }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { return nil }
        return Array(signature.prefix(length))
    }

    /// The two numbers of a DER sequence, 32 bytes each.
    private static func rawPair(_ der: [UInt8]) -> [UInt8]? {
        var rest = der[...]
        func number() -> [UInt8]? {
            guard rest.count >= 2, rest.removeFirst() == 0x02, case let length = Int(rest.removeFirst()),
                length <= rest.count
            else { return nil }
            let digits = rest.prefix(length).drop { $0 == 0 }
            rest = rest.dropFirst(length)
            guard digits.count <= 32 else { return nil }
            return [UInt8](repeating: 0, count: 32 - digits.count) + digits
        }
        guard rest.count >= 2, rest.removeFirst() == 0x30, Int(rest.removeFirst()) == rest.count, let r = number(),
            let s = number(), rest.isEmpty
        else { return nil }
        return r + s
    }
}
