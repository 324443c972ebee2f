import Cryptography
import Testing

@Suite struct EncodingTests {
    @Test(arguments: [  // RFC 4648, section 10
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func base64IsThatOfTheRFC(text: String, encoded: String) {
        #expect(Base64.standard.encode(text.utf8) == encoded)
        #expect(Base64.standard.decode(encoded) == Array(text.utf8))
        let unpadded = encoded.replacing("=", with: "")
        #expect(Base64.url.encode(text.utf8) == unpadded)
        #expect(Base64.url.decode(unpadded) == Array(text.utf8))
        #expect(Base64.standard.decode(unpadded) == Array(text.utf8))
    }

    @Test func theTwoAlphabetsDiffer() {
        #expect(Base64.standard.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64.url.encode([0xFB, 0xFF]) == "-_8")
        #expect(Base64.standard.decode("-_8=") == nil)
        #expect(Base64.url.decode("+/8=") == nil)
    }

    @Test(arguments: ["Z", "Zg=", "Zg===", "Z===", "=", "Zh==", "Zm9v=", "Zm 9v", "Zm9\n", "Zg==Zg=="])
    func whatIsNoBase64IsRefused(text: String) {
        #expect(Base64.standard.decode(text) == nil)
    }

    @Test func everyByteComesBack() {
        let all = (0...255).map { UInt8($0) }
        for length in 0...all.count {
            let bytes = Array(all.suffix(length))
            #expect(Base64.standard.decode(Base64.standard.encode(bytes)) == bytes)
            #expect(Base64.url.decode(Base64.url.encode(bytes)) == bytes)
            #expect(Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes)
        }
        #expect(Hexadecimal.decode("FFaB") == [0xFF, 0xAB])
        #expect(Hexadecimal.decode("abc") == nil)
        #expect(Hexadecimal.decode("zz") == nil)
    }
}
