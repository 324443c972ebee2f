import CCrypto

/// AES-256 in Galois/counter mode (NIST SP 800-38D) with nonces of 12 and tags of 16 bytes.
enum AESGCM {
    static let keyBytes = 32
    static let nonceBytes = 12
    static let tagBytes = 16

    /// The ciphertext with the tag behind it.
    static func seal(
        _ plaintext: UnsafeRawBufferPointer, key: Secret, nonce: [UInt8], associatedData: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard let length = Int32(exactly: plaintext.count), let dataLength = Int32(exactly: associatedData.count) else {
            throw .unavailable("a value of \(plaintext.count) bytes")
        }
        var out = [UInt8](repeating: 0, count: plaintext.count + tagBytes)
        let done = try withContext { context in
            out.withUnsafeMutableBufferPointer { out in
                guard let target = out.baseAddress, begin(context, key: key, nonce: nonce, encrypts: true) else {
                    return false
                }
                var written: Int32 = 0
                guard add(context, associatedData, dataLength) else { return false }
                if let source = plaintext.bindMemory(to: UInt8.self).baseAddress {
                    guard EVP_EncryptUpdate(context, target, &written, source, length) == 1 else { return false }
                }
                guard EVP_EncryptFinal_ex(context, target + Int(written), &written) == 1 else { return false }
                return EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_GET_TAG, Int32(tagBytes), target + plaintext.count) == 1
            }
        }
        guard done else { throw .unavailable("AES-256-GCM") }
        return out
    }

    /// The plaintext; nil where the tag does not fit.
    static func open(
        _ sealed: ArraySlice<UInt8>, key: Secret, nonce: [UInt8], associatedData: [UInt8]
    ) throws(CryptographyError) -> Secret? {
        guard sealed.count >= tagBytes, let length = Int32(exactly: sealed.count - tagBytes),
            let dataLength = Int32(exactly: associatedData.count)
        else { throw .malformed }
        var tag = Array(sealed.suffix(tagBytes))
        let ciphertext = sealed.dropLast(tagBytes)
        var out = [UInt8](repeating: 0, count: ciphertext.count + 1)
        defer { out.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        let authentic = try withContext { context in
            out.withUnsafeMutableBufferPointer { out in
                guard let target = out.baseAddress, begin(context, key: key, nonce: nonce, encrypts: false) else {
                    return false
                }
                var written: Int32 = 0
                guard add(context, associatedData, dataLength) else { return false }
                let read = ciphertext.withUnsafeBufferPointer { source in
                    source.isEmpty || EVP_DecryptUpdate(context, target, &written, source.baseAddress, length) == 1
                }
                guard read, EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagBytes), &tag) == 1 else {
                    return false
                }
                return EVP_DecryptFinal_ex(context, target + Int(written), &written) == 1
            }
        }
        return authentic ? Secret(bytes: out.dropLast()) : nil
    }

    private static func withContext(_ body: (OpaquePointer) -> Bool) throws(CryptographyError) -> Bool {
        guard let context = EVP_CIPHER_CTX_new() else { throw .unavailable("no memory for AES-256-GCM") }
        defer { EVP_CIPHER_CTX_free(context) }
        return body(context)
    }

    private static func begin(_ context: OpaquePointer, key: Secret, nonce: [UInt8], encrypts: Bool) -> Bool {
        guard key.count == keyBytes, nonce.count == nonceBytes else { return false }
        return key.withBytes { key in
            let bytes = key.bindMemory(to: UInt8.self).baseAddress
            return EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, bytes, nonce, encrypts ? 1 : 0) == 1
        }
    }

    private static func add(_ context: OpaquePointer, _ associatedData: [UInt8], _ length: Int32) -> Bool {
        var written: Int32 = 0
        return length == 0 || EVP_CipherUpdate(context, nil, &written, associatedData, length) == 1
    }
}
