import Cryptography
import Testing

@Suite struct KeyRingTests {
    private let old = "old:" + Base64.standard.encode((0..<32).map { UInt8($0) })
    private let new = "new:" + Base64.standard.encode((32..<64).map { UInt8($0) })

    @Test(arguments: ["", "hunter2", "é\u{0}", String(repeating: "x", count: 100_000)])
    func whatIsSealedOpensForTheSamePlaceOnly(text: String) throws {
        let ring = try KeyRing(parsing: Secret(new))
        let sealed = try ring.seal(Secret(text), for: "credentials/7")
        #expect(sealed.keyID == "new")
        #expect(sealed.bytes.count == 1 + 12 + text.utf8.count + 16)
        #expect(try ring.open(sealed, for: "credentials/7").reveal() == text)
        #expect(throws: CryptographyError.notAuthentic(keyID: "new")) { try ring.open(sealed, for: "credentials/8") }
        #expect(try ring.seal(Secret(text), for: "credentials/7") != sealed)
    }

    @Test func everyAlteredByteIsNoticed() throws {
        let ring = try KeyRing(parsing: Secret(new))
        let sealed = try ring.seal(Secret("hunter2"), for: "a")
        for at in sealed.bytes.indices {
            var bytes = sealed.bytes
            bytes[at] ^= 1
            #expect(throws: CryptographyError.self) { try ring.open(SealedValue(keyID: "new", bytes: bytes), for: "a") }
        }
        for length in 0..<sealed.bytes.count {
            let cut = SealedValue(keyID: "new", bytes: Array(sealed.bytes.prefix(length)))
            #expect(throws: CryptographyError.self) { try ring.open(cut, for: "a") }
        }
    }

    @Test func olderKeysOpenAndTheCurrentOneSeals() throws {
        let before = try KeyRing(parsing: Secret(old))
        let sealed = try before.seal(Secret("hunter2"), for: "a")
        let after = try KeyRing(parsing: Secret("\(new), \(old)"))
        #expect(after.keyIDs == ["new", "old"])
        #expect(after.isOutdated(sealed))
        #expect(try after.open(sealed, for: "a").reveal() == "hunter2")
        #expect(try after.seal(Secret("x"), for: "a").keyID == "new")
        #expect(throws: CryptographyError.unknownKey(id: "old")) {
            try KeyRing(parsing: Secret(new)).open(sealed, for: "a")
        }
        // Another key under the same id.
        let impostor = try KeyRing(parsing: Secret("old" + new.dropFirst(3)))
        #expect(throws: CryptographyError.notAuthentic(keyID: "old")) { try impostor.open(sealed, for: "a") }
    }

    @Test func aMadeKeyMakesARing() throws {
        let ring = try KeyRing(parsing: KeyRing.makeKey(id: "2026-11"))
        #expect(try ring.open(ring.seal(Secret("x"), for: ""), for: "").reveal() == "x")
    }

    @Test(arguments: [
        "", ",", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "a:AAEC", "a:not base 64",
        "a b:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        ":AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,",
    ])
    func aBadRingIsExplainedWithoutItsKeys(text: String) {
        let error = #expect(throws: CryptographyError.self) { try KeyRing(parsing: Secret(text)) }
        #expect(error?.description.contains("AAEC") == false)
    }

    @Test func printingARingShowsIdsOnly() throws {
        let ring = try KeyRing(parsing: Secret("\(new),\(old)"))
        var dumped = ""
        dump(ring, to: &dumped)
        for text in ["\(ring)", String(reflecting: ring), dumped] {
            #expect(text.contains("new"))
            #expect(!text.contains(new.dropFirst(4)))
        }
    }
}
