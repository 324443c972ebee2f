import CCrypto

/// `count` bytes from the library's generator (seeded by the operating system).
/// - Throws: `.unavailable` where there is no randomness.
public func randomBytes(_ count: Int) throws(CryptographyError) -> [UInt8] {
    guard count > 0 else { return [] }
    guard let length = Int32(exactly: count) else { throw .unavailable("\(count) random bytes at once") }
    var bytes = [UInt8](repeating: 0, count: count)
    let done = bytes.withUnsafeMutableBufferPointer { RAND_bytes($0.baseAddress, length) }
    guard done == 1 else { throw .unavailable("no random bytes") }
    return bytes
}
