import CCrypto

/// HMAC with SHA-256 (RFC 2104, RFC 4231).
public enum HMACSHA256 {
    /// The code of `message` under `key`, 32 bytes.
    /// - Throws: `.unavailable` where the library refuses.
    public static func code(_ message: ArraySlice<UInt8>, key: Secret) throws(CryptographyError) -> [UInt8] {
        guard let keyLength = Int32(exactly: key.count) else { throw .unavailable("a key of \(key.count) bytes") }
        var code = [UInt8](repeating: 0, count: SHA256.digestBytes)
        var length: UInt32 = 0
        let done = key.withBytes { key in
            message.withUnsafeBufferPointer { message in
                // An empty key still needs an address: without one the library takes the key of the call before.
                var nothing: UInt8 = 0
                return withUnsafePointer(to: &nothing) { nothing in
                    HMAC(
                        EVP_sha256(), key.baseAddress ?? UnsafeRawPointer(nothing), keyLength, message.baseAddress,
                        message.count, &code, &length) != nil
                }
            }
        }
        guard done, length == UInt32(SHA256.digestBytes) else { throw .unavailable("HMAC-SHA256") }
        return code
    }

    /// True where `code` is the code of `message` under `key`; compares in constant time.
    /// - Throws: `.unavailable` where the library refuses.
    public static func isValid(
        _ code: [UInt8], for message: ArraySlice<UInt8>, key: Secret
    ) throws(CryptographyError) -> Bool {
        constantTimeEqual(code, try self.code(message, key: key))
    }
}
