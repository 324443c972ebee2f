import Models
import Postgres
import Testing

/// The bytes themselves, as Postgres' `*_recv` functions read them; the integration tests prove that it does.
@Suite struct ParameterEncoderTests {
    private func bytes(_ value: PostgresValue) throws -> [UInt8] {
        let encoder = try ParameterEncoder([value])
        return Array(encoder.buffer[encoder.offsets[0]..<encoder.offsets[0] + Int(encoder.lengths[0])])
    }

    @Test func `scalars are big-endian`() throws {
        #expect(try bytes(.int(-2)) == [255, 255, 255, 255, 255, 255, 255, 254])
        #expect(try bytes(.double(1)) == [0x3F, 0xF0, 0, 0, 0, 0, 0, 0])
        #expect(try bytes(.bool(true)) == [1])
        #expect(try bytes(.timestamp(Timestamp(microseconds: 946_684_800_000_001))) == [0, 0, 0, 0, 0, 0, 0, 1])
        #expect(try bytes(.interval(.microseconds(3))) == [0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func `an array carries its type, its length and its nulls`() throws {
        #expect(
            try bytes(.textArray(["ab", nil])) == [
                0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 97, 98, 255, 255, 255, 255,
            ])
        #expect(try bytes(.uuidArray([])) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0B, 0x86])
    }

    @Test func `null has no type and no place, an empty text has both`() throws {
        let encoder = try ParameterEncoder([.null, .text(""), .null, .int(1)])
        #expect(encoder.types == [0, 25, 0, 20])
        #expect(encoder.offsets == [-1, 0, -1, 0])
        #expect(encoder.lengths == [0, 0, 0, 8])
        #expect(!encoder.buffer.isEmpty)
    }

    @Test func `what cannot be sent is refused with its place`() {
        for value in [
            PostgresValue.text("a\0"), .json([0]), .timestamp(Timestamp(microseconds: .min + 5)),
            .interval(.seconds(Int64.max)),
            .timestampArray([nil, Timestamp(microseconds: .min + 5)]),
        ] {
            let error = #expect(throws: PostgresError.self) { try ParameterEncoder([.int(1), value]) }
            #expect(error?.kind == .badData)
            #expect(error?.message.hasPrefix("parameter $2 ") == true)
        }
    }
}
