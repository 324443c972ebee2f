import JSON
import Operator
import Testing

@Suite("What a recording invents")
struct InventionTests {
    private let record: JSONValue = [
        "id": "cus_NffrFeUfNV2Hib", "object": "customer", "name": "Ada Lovelace", "email": "ada@analytical.example",
        "phone": "+44 20 7946 0958", "notes": "Met in London.", "owner_id": 4711, "amount": 129_900, "rank": 3,
        "created": 1_769_860_000, "updated_at": "2026-01-31T10:00:00Z", "active": true, "gone": .null,
        "uuid": "3f2b8c1e-9a4d-4f7b-8e2a-1c5d6e7f8a9b", "site": "https://www.analytical.example/team?x=1",
        "birthday": "1815-12-10", "company": "Analytical Engines", "status": "open", "score": "12.75",
        "tags": ["VIP client", "wholesale"],
        "self": "https://api.example.com/v1/customers/4711?cursor=AAAABBBBCCCCDDDDEEEEFFFFGGGG",
    ]

    private func invented(_ value: JSONValue, definition: String = #"{"base_url":"https://api.example.com/v1"}"#)
        -> JSONValue
    {
        var invention = Invention(definition: definition)
        return invention.value(value)
    }

    @Test func leavesNothingPersonal() {
        let text = invented(record).text
        for word in [
            "Ada", "Lovelace", "ada@", "analytical", "Analytical", "7946", "London", "4711", "NffrFe", "129900",
            "3f2b8c1e", "1815", "VIP", "wholesale", "AAAABBBB", "12.75",
        ] { #expect(!text.contains(word), "\(word) in \(text)") }
    }

    @Test func keepsWhatADefinitionReads() {
        let invented = invented(record)
        for key in ["object", "rank", "created", "updated_at", "active", "gone", "status"] {
            if key == "object" { continue }
            #expect(invented[key] == record[key], "\(key)")
        }
        #expect(invented["object"] == "customer")
        #expect(invented["id"]?.string?.hasPrefix("cus_") == true)
        #expect(invented["email"]?.string?.hasSuffix(".example") == true)
        #expect(invented["self"]?.string?.hasPrefix("https://api.example.com/v1/customers/") == true)
        #expect(invented["owner_id"]?.int64 != nil && invented["amount"]?.int64 == 100_000)
    }

    @Test func inventsTheSameForTheSame() {
        let invented = invented([
            "a": ["id": "con_9x", "email": "jo@one.example", "owner_id": 77],
            "b": ["contact": "con_9x", "owner_id": "77"],
            "c": ["email": "al@one.example"], "d": ["email": "jo@two.example"],
        ])
        #expect(invented["a"]?["id"] == invented["b"]?["contact"])
        #expect(invented["b"]?["owner_id"]?.string == invented["a"]?["owner_id"]?.int64.map(String.init))
        func domain(_ key: String) -> Substring? { invented[key]?["email"]?.string?.split(separator: "@").last }
        #expect(domain("a") == domain("c") && domain("a") != domain("d"))
        #expect(invented["a"]?["email"] != invented["c"]?["email"])
    }

    @Test func keepsTheWordsOfTheDefinition() {
        let definition =
            #"{"only":"{{ record.category in ['bug', 'wish'] }}","map":{"status":{"values":{"in work":"open"}}}}"#
        #expect(
            invented(["category": "bug", "phase": "in work"], definition: definition) == [
                "category": "bug", "phase": "in work",
            ])
        #expect(invented(["category": "secret plan"], definition: definition)["category"] != "secret plan")
    }

    @Test func replacesSecretsWithinLongerTexts() {
        var invention = Invention(definition: "{}")
        invention.substitute("sk_live_77", by: "invented-key")
        invention.substitute("acme", by: "example")
        let value = invention.value([
            "echo": "sk_live_77", "url": "https://acme.desk.example/api/tickets?key=sk_live_77&page=2",
        ])
        #expect(value["echo"] == "invented-key")
        #expect(value["url"] == "https://example.desk.example/api/tickets?key=invented-key&page=2")
    }

    @Test func leavesPositionsAlone() {
        let page: JSONValue = ["total": 123_456, "offset": 20_000, "has_more": true, "next_page": 12]
        #expect(invented(page) == page)
    }

    @Test func takesNumbersOfAnySize() {
        let odd: JSONValue = [
            "big": .integer(.min), "small": .integer(.max), "long": .number("123456789012345678901234"),
            "real": .number("-9.99e-300"),
        ]
        let value = invented(odd)
        #expect(value["long"] == .number("100000000000000000000000"))
        #expect(value["big"]?.int64 != .min && value["real"] == .number("-9.00e-300"))
    }
}
