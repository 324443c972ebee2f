import Cryptography
import Testing

@Suite struct SecretTests {
    private struct Holder {
        let name = "holder"
        let secret = Secret("hunter2")
    }

    @Test func noWayOfPrintingShowsIt() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(Holder(), to: &dumped)
        dump([secret], to: &dumped)
        for text in [
            "\(secret)", String(reflecting: secret), "\(Holder())", "\([secret])", "\(Optional(secret) as Any)", dumped,
        ] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("***"))
        }
        #expect(!(secret is any Encodable))
        #expect(Array(Mirror(reflecting: secret).children).isEmpty)
    }

    @Test func equalSecretsAreEqual() {
        #expect(Secret("a") == Secret(bytes: [0x61]))
        #expect(Secret("a") != Secret("b"))
        #expect(Secret("a") != Secret("aa"))
        #expect(Secret("") == Secret(bytes: []))
        #expect(Secret("").isEmpty)
        #expect(Secret("é").count == 2)
        #expect(Secret("é").reveal() == "é")
    }

    @Test func bytesAreComparedWhole() {
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
        #expect(constantTimeEqual([], []))
    }

    @Test func randomBytesDiffer() throws {
        #expect(try randomBytes(32) != randomBytes(32))
        #expect(try randomBytes(32).count == 32)
        #expect(try randomBytes(0).isEmpty)
    }
}
