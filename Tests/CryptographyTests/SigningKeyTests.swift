import CCrypto
import Cryptography
import SampleKeys
import Testing

@Suite struct SigningKeyTests {
    static let message = Array("head.claims".utf8)
    /// What `openssl dgst -sha256 -sign` gives for the message.
    static let signature =
        "RlgIomAgWKi8J1V-gKZhAKdGPmXQJGBpPshi2FX6uRNGKyQndXnKEVVpEUTts4ckgheFwqDy_anBjfi_9oFnKqlE9m--Qpszza7x_B8T2BEmrSgNL-sihhGhV4YbIFWno-Yl8tDVyfeDvKkcGZKBHJ3GrBRynIJk06h4uTWjKx4jYlNCP7YrWJuZ0ndSBv1Xbs9VwT3dxwLiEo2wpq-d7PvlL5mBO9JTWObplEfDmcKM3pPphh-sB_ljSOpGMgNcKdXO5i_j_Q9gW4rWJQKaECMBL-kyedJstgRD8IuvhwXT7LjLZWGGoaCZC5AnqbziLT6qSGmIN3_pTgmxyCqb7A"

    @Test func rs256IsWhatOpenSSLGives() throws {
        let signature = try SigningKey(pem: Secret(SigningKeys.rsa)).signature(of: Self.message, .rs256)
        #expect(Base64.url.encode(signature) == Self.signature)
    }

    @Test func lineEndsMayBeWrittenOut() throws {
        let written = SigningKeys.rsa.split(separator: "\n").joined(separator: "\\n")
        let signature = try SigningKey(pem: Secret(written)).signature(of: Self.message, .rs256)
        #expect(Base64.url.encode(signature) == Self.signature)
    }

    @Test func es256IsTwoNumbersThatTheKeyVerifies() throws {
        for _ in 0..<50 {
            let signature = try SigningKey(pem: Secret(SigningKeys.ec)).signature(of: Self.message, .es256)
            #expect(signature.count == 64)
            #expect(try verifies(signature, of: Self.message))
            #expect(try !verifies(signature, of: Self.message + [0]))
        }
    }

    @Test(arguments: ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
    func whatIsNoKeyIsRefusedWithoutBeingShown(_ text: String) {
        let error = #expect(throws: CryptographyError.self) {
            try SigningKey(pem: Secret(text)).signature(of: Self.message, .rs256)
        }
        #expect(text.isEmpty || error?.description.contains(text) == false)
    }

    @Test func aKeyOfTheOtherKindIsRefused() {
        #expect(throws: CryptographyError.self) {
            try SigningKey(pem: Secret(SigningKeys.ec)).signature(of: Self.message, .rs256)
        }
        #expect(throws: CryptographyError.self) {
            try SigningKey(pem: Secret(SigningKeys.rsa)).signature(of: Self.message, .es256)
        }
    }

    /// Checks r and s with the library, in DER.
    private func verifies(_ signature: [UInt8], of message: [UInt8]) throws -> Bool {
        func number(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            var digits = Array(bytes.drop { $0 == 0 })
            if digits.first.map({ $0 >= 0x80 }) ?? true { digits.insert(0, at: 0) }
            return [0x02, UInt8(digits.count)] + digits
        }
        let numbers = number(signature.prefix(32)) + number(signature.suffix(32))
        let der = [0x30, UInt8(numbers.count)] + numbers
        let pem = Array(SigningKeys.ec.utf8)
        let bio = try #require(BIO_new_mem_buf(pem, Int32(pem.count)))
        defer { BIO_free(bio) }
        let key = try #require(PEM_read_bio_PrivateKey(bio, nil, nil, nil))
        defer { EVP_PKEY_free(key) }
        let context = try #require(EVP_MD_CTX_new())
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, der, der.count, message, message.count) == 1
    }
}
