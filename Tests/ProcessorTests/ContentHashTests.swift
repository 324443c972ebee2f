import Models
import Processor
import Testing

struct ContentHashTests {
    /// From the reference implementation's `vectors_sip128` (github.com/veorq/SipHash, vectors.h): key 00…0f, input
    /// 00, 01, … of each length.
    @Test(
        "the hash is SipHash-2-4-128",
        arguments: [
            (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
            (7, "a1f1ebbed8dbc153c0b84aa61ff08239"), (8, "3b62a9ba6258f5610f83e264f31497b4"),
            (15, "5493e99933b0a8117e08ec0f97cfc3d9"),
        ])
    func vectors(_ length: Int, _ hex: String) {
        let input = (0..<length).map { UInt8($0) }
        let hash = input.withUnsafeBytes {
            ContentHash.sip($0, 0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
        }
        #expect(digits(hash.high.byteSwapped) + digits(hash.low.byteSwapped) == hex)
    }

    @Test func `a deletion is another content`() {
        let payload: ArraySlice<UInt8> = [1, 2, 3]
        #expect(ContentHash.of(payload, isDeleted: false) != ContentHash.of(payload, isDeleted: true))
        #expect(ContentHash.of(nil, isDeleted: true) != ContentHash.of([], isDeleted: true))
    }

    private func digits(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
