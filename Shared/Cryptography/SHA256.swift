import CCrypto

/// SHA-256 (FIPS 180-4) of what is added piece by piece. Use it again after `finish`; one per thread.
///
/// The algorithm is looked up once and the context kept: OpenSSL 3 takes longer to find SHA-256 by name than to hash
/// a record with it.
public struct SHA256: ~Copyable {
    /// How many bytes a digest has.
    public static let digestBytes = 32

    private struct Algorithm: @unchecked Sendable {
        let pointer: OpaquePointer?
    }

    private static let algorithm = Algorithm(pointer: EVP_MD_fetch(nil, "SHA256", nil))

    private let context: OpaquePointer

    /// Begins with nothing.
    /// - Throws: `.unavailable` where there is no memory or no SHA-256.
    public init() throws(CryptographyError) {
        guard let context = EVP_MD_CTX_new() else { throw .unavailable("no memory for SHA-256") }
        guard let algorithm = Self.algorithm.pointer, EVP_DigestInit_ex2(context, algorithm, nil) == 1 else {
            EVP_MD_CTX_free(context)
            throw .unavailable("no SHA-256")
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds bytes.
    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        // Adding to a context that was begun does not fail (OpenSSL: providers/implementations/digests).
        _ = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// Adds bytes.
    public mutating func add(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { add($0) }
    }

    /// Adds the UTF-8 of a text.
    public mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// The digest of what was added; the next `add` begins anew.
    public mutating func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.digestBytes) { out, count in
            finish(into: out.baseAddress)
            count = Self.digestBytes
        }
    }

    mutating func finish(into out: UnsafeMutablePointer<UInt8>?) {
        _ = EVP_DigestFinal_ex(context, out, nil)
        _ = EVP_DigestInit_ex2(context, nil, nil)
    }

    /// The digest of `bytes`.
    /// - Throws: `.unavailable` where there is no memory or no SHA-256.
    public static func digest(_ bytes: ArraySlice<UInt8>) throws(CryptographyError) -> [UInt8] {
        var hash = try SHA256()
        hash.add(bytes)
        return hash.finish()
    }

    /// The digest of `bytes` in hexadecimal.
    /// - Throws: `.unavailable` where there is no memory or no SHA-256.
    public static func hexadecimal(_ bytes: ArraySlice<UInt8>) throws(CryptographyError) -> String {
        Hexadecimal.encode(try digest(bytes))
    }
}
