import Archives
import SamplePackings
import Testing

@Suite("Packed files")
struct PackedFileTests {
    func texts(_ file: PackedFile, limit: Int = 10_000) throws -> [String] {
        try file.files(limit: limit).map { String(decoding: $0, as: UTF8.self) }
    }

    func problem(_ file: PackedFile, limit: Int = 10_000) -> ArchiveError? {
        do throws(ArchiveError) {
            _ = try file.files(limit: limit)
            return nil
        } catch {
            return error
        }
    }

    @Test func gzipIsOneFileInSeveralMembersToo() throws {
        #expect(try texts(PackedFile(SamplePackings.gzip, packing: .gzip)) == ["id,name\n1,Ann\n2,Bob\n"])
        #expect(
            try texts(PackedFile(SamplePackings.gzipOfTwoMembers, packing: .gzip))
                == ["id,name\n1,Ann\n2,Bob\n3,Cy\n"])
    }

    @Test func whatIsNotGzipAfterAllIsGivenBack() throws {
        #expect(try texts(PackedFile(Array("id\n1".utf8), packing: .gzip)) == ["id\n1"])
        #expect(try texts(PackedFile([], packing: .gzip)) == [""])
    }

    @Test func zipHasFilesOfWhichSomeAreGzip() throws {
        #expect(
            try texts(PackedFile(SamplePackings.zip, packing: .zip))
                == ["id,name\n1,Ann\n", "id,name\n2,Bob\n", "id,name\n3,Cy\n"])
    }

    @Test func otherFilesAreNoZip() throws {
        for bytes in [[], Array("<html>".utf8), SamplePackings.gzip] {
            #expect(problem(PackedFile(bytes, packing: .zip))?.description.contains("zip archive") == true)
        }
    }

    @Test func aFileThatIsCutOffSaysSo() throws {
        for count in [12, 20, SamplePackings.gzip.count - 9] {
            let cut = PackedFile(Array(SamplePackings.gzip.prefix(count)), packing: .gzip)
            #expect(problem(cut)?.isCutOff == true, "\(count) bytes")
        }
        for count in [20, 110] {
            let cut = PackedFile(Array(SamplePackings.zip.prefix(count)), packing: .zip)
            #expect(problem(cut)?.isCutOff == true, "\(count) bytes")
        }
    }

    @Test func noMoreComesOutThanIsAllowed() throws {
        let small = PackedFile(SamplePackings.zip, packing: .zip)
        #expect(try texts(small, limit: 14 + 14 + 33).count == 3)
        #expect(problem(small, limit: 27)?.description.contains("larger than") == true)
        #expect(
            problem(PackedFile(SamplePackings.gzip, packing: .gzip), limit: 19)?.description.contains("larger") == true)
    }

    @Test func damagedFilesEndInAnErrorOrInBytes() throws {
        var generator = SystemRandomNumberGenerator()
        for packing in PackedFile.Packing.allCases {
            let whole = packing == .zip ? SamplePackings.zip : SamplePackings.gzip
            for _ in 0..<2000 {
                var bytes = whole
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    bytes[Int.random(in: 2..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
                }
                if let files = try? PackedFile(bytes, packing: packing).files(limit: 10_000) {
                    #expect(files.reduce(0) { $0 + $1.count } <= 10_000)
                }
            }
        }
    }
}
