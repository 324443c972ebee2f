/// A file that a provider hands out packed.
public struct PackedFile: Sendable {
    /// How files are packed.
    public enum Packing: String, Sendable, CaseIterable {
        /// One file (RFC 1952).
        case gzip
        /// An archive of files, each of which may be a gzip file.
        case zip
    }

    /// More files than this are no export of records.
    static let mostFiles = 10_000

    private let bytes: [UInt8]
    private let packing: Packing

    /// A file of `bytes`, packed with `packing`.
    public init(_ bytes: [UInt8], packing: Packing) {
        self.bytes = bytes
        self.packing = packing
    }

    /// What is in it, in the order of the archive. A file that is said to be gzip and is not is given back as it is:
    /// stores of files often unpack on their own what they hand out.
    /// - Parameter limit: the most bytes that may come out, all files together.
    /// - Throws: ``ArchiveError``.
    public func files(limit: Int) throws(ArchiveError) -> [[UInt8]] {
        switch packing {
        case .gzip: return [try Self.unpackedGzip(bytes, limit: limit)]
        case .zip:
            guard bytes.starts(with: Array("PK".utf8)) else {
                throw ArchiveError(bytes.isEmpty ? "the zip archive is empty" : "this is no zip archive")
            }
            let reader = try ArchiveReader(bytes, packing: .zip)
            var files: [[UInt8]] = []
            var left = limit
            while let packed = try reader.nextFile(limit: left) {
                guard files.count < Self.mostFiles else { throw ArchiveError("the archive has too many files") }
                let file = try Self.unpackedGzip(packed, limit: left)
                left -= file.count
                files.append(file)
            }
            return files
        }
    }

    private static func unpackedGzip(_ bytes: [UInt8], limit: Int) throws(ArchiveError) -> [UInt8] {
        guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
        return try ArchiveReader(bytes, packing: .gzip).nextFile(limit: limit) ?? []
    }
}
