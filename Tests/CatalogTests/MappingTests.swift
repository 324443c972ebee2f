import Catalog
import JSON
import Models
import Testing

@Suite("Mapping")
struct MappingTests {
    func map(_ lines: String, _ json: String, provider: String = "", settings: JSONValue = .null) throws -> (
        [CanonicalRecord], MappingTally
    ) {
        let definition = try Definitions.resolve(
            "request: { path: /i }\nid: id\n" + lines, provider: provider, settings: settings)
        // Through the stored form, as the processor gets it.
        let stored = try ResolvedDefinition(storedBody: definition.body[...])
        #expect(stored.hash == definition.hash)
        var tally = MappingTally()
        return (try Mapper(stored).map(Array(json.utf8)[...], tally: &tally), tally)
    }

    @Test func pathsAndExpressionsFillTheFieldsOfTheType() throws {
        let (records, tally) = try map(
            """
            type: deals
            map:
              title: "{{ record.name | default('Deal ' + record.id) }}"
              amount: value
              currency: cur
              status: { from: state, values: { "2": won, lost: lost }, otherwise: open }
              probability: p
              account: company.id
              contact: { external_id: person, email: mail }
              created_at: { from: created, format: epoch_ms }
              closes_at: due
              owner: "{{ record.owner.first }} {{ record.owner.last }}"
            """,
            #"{"id":5,"value":19.90,"cur":"eur","state":2,"p":"0.5","company":{"id":77},"person":null,"mail":"Ann@Acme.example","created":1769860800000,"due":"2026-01-31","owner":{"first":"Ann","last":null}}"#
        )
        let deal = try records.first.orFail()
        #expect(deal.type == .deals)
        #expect(deal["title"] == .text("Deal 5"))
        #expect(deal["amount"] == .money("19.90"))
        #expect(deal["currency"] == .text("EUR"))
        #expect(deal["status"] == .text("won"))
        #expect(deal["probability"] == .number(0.5))
        #expect(deal["account"] == .reference(CanonicalReference(externalID: "77")))
        #expect(deal["contact"] == .reference(CanonicalReference(email: "ann@acme.example")))
        #expect(deal["created_at"] == .timestamp(.noon))
        #expect(deal["closes_at"] == .timestamp(.noon - .seconds(43_200)))
        #expect(deal["owner"] == .text("Ann"))
        #expect(deal["stage"] == .null)
        #expect(tally.problems.isEmpty)
        var json: [UInt8] = []
        deal.appendJSON(to: &json)
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"title":"Deal 5","amount":"19.90","currency":"EUR","status":"won","probability":0.5,"owner":"Ann","account":{"external_id":"77"},"contact":{"email":"ann@acme.example"},"created_at":"2026-01-31T12:00:00Z","closes_at":"2026-01-31T00:00:00Z"}"#
        )
    }

    @Test func oneRecordMayBeSeveralThings() throws {
        let lines = """
            type: accounts
            map: { name: name, domain: site, domains: "sites[*].url" }
            also:
              - { type: contacts, when: "{{ record.email }}", map: { name: name, email: email, account: id } }
            """
        let (both, _) = try map(
            lines,
            #"{"id":1,"name":" Acme ","site":"https://www.ACME.example/x","sites":[{"url":"a.example"},{"url":"b.example"}],"email":"a@acme.example"}"#
        )
        #expect(both.map(\.type) == [.accounts, .contacts])
        #expect(both[0]["name"] == .text("Acme"))
        #expect(both[0]["domain"] == .text("acme.example"))
        #expect(both[0]["domains"] == .texts(["a.example", "b.example"]))
        #expect(both[1]["account"] == .reference(CanonicalReference(externalID: "1")))
        let (one, _) = try map(lines, #"{"id":1,"name":"Acme","email":null}"#)
        #expect(one.map(\.type) == [.accounts])
    }

    @Test func valuesThatDoNotFitAreCountedAndLeftOut() throws {
        let lines =
            "type: accounts\nmap: { name: name, employees: size, annual_revenue: revenue, created_at: at, domain: web, email: mail }"
        let (records, tally) = try map(
            lines, #"{"id":1,"name":{"x":1},"size":"many","revenue":"1,000","at":"soon","web":"none","mail":"a b@c"}"#)
        #expect(records[0].values.allSatisfy { $0.isNull })
        #expect(tally.problems.count == 6)
        #expect(tally.valuesLeftOut == 6)
        #expect(tally.problems.keys.allSatisfy { !$0.reason.contains("many") && !$0.reason.contains("1,000") })
        #expect(tally.matchesNothing)
        #expect(tally.failure?.kind == .configuration)
    }

    @Test func aMappingThatMatchesNothingIsToldFromOneWithGaps() throws {
        let definition = try Definitions.resolve("request: { path: /i }\nid: id\ntype: accounts\nmap: { name: title }")
        let mapper = Mapper(definition)
        var tally = MappingTally()
        _ = try mapper.map(Array(#"{"id":1}"#.utf8)[...], tally: &tally)
        #expect(tally.matchesNothing)
        _ = try mapper.map(Array(#"{"id":1,"title":"x"}"#.utf8)[...], tally: &tally)
        #expect(!tally.matchesNothing)
        #expect(tally.failure == nil)
    }

    @Test func customTypesDeclareTheirOwnFields() throws {
        let (records, _) = try map(
            "type: visits\nmap: { page: url, seconds: t, first: \"{{ record.n == 1 }}\" }",
            #"{"id":1,"url":"/x","t":12,"n":1}"#)
        #expect(records[0].type == .custom("visits"))
        #expect(records[0]["page"] == .text("/x"))
        #expect(records[0]["seconds"] == .integer(12))
        #expect(records[0]["first"] == .bool(true))
        let (none, _) = try map("type: visits", #"{"id":1}"#)
        #expect(none.isEmpty)
    }

    @Test func settingsThatTheMappingReadsTravelWithTheDefinition() throws {
        let provider =
            "settings: { currency: { title: Currency, default: eur }, other: { title: Other, optional: true } }"
        let lines = "type: deals\nmap: { amount: a, currency: \"{{ settings.currency }}\" }"
        let (byDefault, _) = try map(lines, #"{"id":1,"a":1}"#, provider: provider)
        #expect(byDefault[0]["currency"] == .text("EUR"))
        let (given, _) = try map(lines, #"{"id":1,"a":1}"#, provider: provider, settings: ["currency": "usd"])
        #expect(given[0]["currency"] == .text("USD"))
        let one = try Definitions.resolve(
            "request: { path: /i }\nid: id\n" + lines, provider: provider, settings: ["other": "x"])
        let two = try Definitions.resolve(
            "request: { path: /i }\nid: id\n" + lines, provider: provider, settings: ["other": "y"])
        #expect(one.hash == two.hash)
    }

    @Test(arguments: [
        ("19.99", "19.99"), ("-0.50", "-0.50"), ("1e3", "1000"), ("1.5e-3", "0.0015"), ("007", "7"), (".5", "0.5"),
        ("-0", "0"),
        ("12345678901234567890.123456789", "12345678901234567890.123456789"), ("+3", "3"), ("2.50E2", "250"),
    ])
    func amountsKeepEveryDigit(_ text: String, _ expected: String) {
        #expect(Money.decimalText(text) == expected)
    }

    @Test(arguments: ["", "-", "1,5", "1.2.3", "abc", "1e", "1e99", "$5", "0x10", "."])
    func whatIsNoAmountIsRefused(_ text: String) {
        #expect(Money.decimalText(text) == nil)
    }

    @Test func everyCanonicalTypeHasItsFields() {
        for type in InteractionType.canonical {
            let schema = CanonicalSchema.of(type)
            #expect(schema?.type == type)
            #expect(Set(schema?.fields.map(\.name) ?? []).count == schema?.fields.count)
        }
    }
}
