import CArchive

/// libarchive over bytes in memory. Formats and filters are named one by one, so that bytes from outside reach no other
/// of its readers.
final class ArchiveReader {
    private let archive: OpaquePointer
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

    init(_ packed: [UInt8], packing: PackedFile.Packing) throws(ArchiveError) {
        guard let archive = archive_read_new() else { throw ArchiveError("there is no memory for unpacking") }
        self.archive = archive
        bytes = .allocate(capacity: packed.count)
        _ = bytes.initialize(from: packed)
        switch packing {
        case .gzip:
            archive_read_support_filter_gzip(archive)
            archive_read_support_format_raw(archive)
        case .zip: archive_read_support_format_zip(archive)
        }
        try check(archive_read_open_memory(archive, bytes.baseAddress, bytes.count))
    }

    deinit {
        archive_read_free(archive)
        bytes.deallocate()
    }

    /// The next file; nil behind the last. Folders and links are passed over.
    func nextFile(limit: Int) throws(ArchiveError) -> [UInt8]? {
        while true {
            var entry: OpaquePointer?
            let status = archive_read_next_header(archive, &entry)
            if status == ARCHIVE_EOF { return nil }
            try check(status)
            guard archive_entry_filetype(entry) & Self.kindMask == Self.plainFile else { continue }
            return try contents(limit: limit)
        }
    }

    private func contents(limit: Int) throws(ArchiveError) -> [UInt8] {
        var contents: [UInt8] = []
        while true {
            let count = archive_read_data(archive, &buffer, buffer.count)
            guard count >= 0 else { throw failure }
            guard count > 0 else { return contents }
            guard contents.count + count <= limit else {
                throw ArchiveError("what is packed is larger than \(limit) bytes")
            }
            contents.append(contentsOf: buffer[..<count])
        }
    }

    private func check(_ status: Int32) throws(ArchiveError) {
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN else { throw failure }
    }

    /// libarchive's texts speak of structure, never of contents.
    private var failure: ArchiveError {
        let text = archive_error_string(archive).map { String(cString: $0) } ?? "it cannot be read"
        return ArchiveError(
            "unpacking fails: \(text)", isCutOff: text.contains("runcated") || text.contains("end of file"))
    }

    /// The part of a file's mode that says what it is, and the value of plain files (POSIX `S_IFMT`, `S_IFREG`).
    private static let kindMask: UInt32 = 0o170000
    private static let plainFile: UInt32 = 0o100000
}
