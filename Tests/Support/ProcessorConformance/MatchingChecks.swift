import Models
import Processor
import Storage

extension DataStoreCheck {
    static let matching: [DataStoreCheck] = [
        DataStoreCheck("accounts of two systems are one by domain") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([
                pipeline.record(1, "a1", ["name": "ACME Inc", "domain": "https://www.Acme.com/about"])
            ])
            try await pipeline.store([pipeline.record(6, "x9", ["name": "Acme Holding", "website": "acme.com"])])
            try expect(try await fixture.entities(.account).count, 1, "the number of accounts")
            let matches = try await fixture.matches().sorted { $0.interaction < $1.interaction }
            try expect(matches.map(\.rule), ["created", "domain"])
            try expect(matches.map(\.evidence), [nil, "acme.com"])
        },
        DataStoreCheck("accounts are one by name where a side has no domain, and two where the domains differ") {
            fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(1, "a1", ["name": "Globex Corp.", "domain": "globex.com"])])
            try await pipeline.store([pipeline.record(6, "x1", ["name": "GLOBEX"])])
            try await pipeline.store([pipeline.record(6, "x2", ["name": "Globex", "domain": "globex.de"])])
            try expect(try await fixture.entities(.account).count, 2, "the number of accounts")
            try expect(try await fixture.matches().filter { $0.rule == "name" }.map(\.evidence), ["globex"])
        },
        DataStoreCheck("contacts of two systems are one by e-mail address") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([
                pipeline.record(2, "c1", ["name": "Ann", "email": "Ann@Acme.com "]),
                pipeline.record(7, "p1", ["name": "Ann A.", "email": "ann@acme.com"]),
            ])
            try expect(try await fixture.entities(.contact).count, 1, "the number of contacts")
        },
        DataStoreCheck("a source stays what it was matched to when its address changes") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(2, "c1", ["email": "ann@acme.com"], modified: 1)])
            try await pipeline.store([pipeline.record(2, "c1", ["email": "ann@new.com"], modified: 2, index: 1)])
            try await pipeline.store([pipeline.record(7, "p1", ["email": "ann@new.com"], modified: 3)])
            try expect(try await fixture.entities(.contact).count, 1, "the number of contacts")
        },
        DataStoreCheck("customers share nothing") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([
                pipeline.record(1, "a1", ["name": "Acme", "domain": "acme.com"]),
                pipeline.record(8, "a1", ["name": "Acme", "domain": "acme.com"]),
            ])
            try expect(try await fixture.entities(.account).count, 2, "the number of accounts")
        },
        DataStoreCheck("addresses of free mail providers never match an account") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(1, "a1", ["name": "Joe's Bakery", "domain": "gmail.com"])])
            try await pipeline.store([pipeline.record(6, "x1", ["name": "Kim's Cafe", "domain": "gmail.com"])])
            try await pipeline.store([pipeline.record(2, "c1", ["email": "joe@gmail.com"])])
            try expect(try await fixture.entities(.account).count, 2, "the number of accounts")
            try expect(try await fixture.entities(.contact).map(\.account), [nil])
        },
        DataStoreCheck("one record is an account and a contact of it") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(4, "cus_1", ["name": "Ann", "email": "ann@gmail.com"])])
            let account = try await fixture.entities(.account)
            try expect(account.count, 1, "the number of accounts")
            let contact = try await fixture.entities(.contact)
            try expect(contact.map(\.account), [account[0].id])
            try expect(contact.map(\.accountRule), ["same_record"])
        },
        DataStoreCheck("a record that is no contact any more is none, and is the same one when it is again") {
            fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(4, "cus_1", ["name": "Ann"], modified: 1)])
            try await pipeline.store([
                pipeline.record(4, "cus_1", ["name": "Ann", "not": "contacts"], modified: 2, index: 1)
            ])
            let gone = try await fixture.entities(.contact)
            try expect(gone.map(\.isDeleted), [true])
            try expect(try await fixture.entities(.account).map(\.isDeleted), [false])
            try await pipeline.store([pipeline.record(4, "cus_1", ["name": "Ann B."], modified: 3, index: 2)])
            let back = try await fixture.entities(.contact)
            try expect(back.map(\.isDeleted), [false])
            try expect(back.map(\.id), gone.map(\.id))
        },
    ]

    static let linking: [DataStoreCheck] = [
        DataStoreCheck("links do not depend on what arrives first") { fixture in
            let pipeline = TestPipeline(fixture)
            for (number, order) in permutations([0, 1, 2, 3]).enumerated() {
                let records = [
                    pipeline.record(1, "a\(number)", ["name": "Co \(number)", "domain": "co\(number).com"]),
                    pipeline.record(2, "c\(number)", ["email": "ann@co\(number).com"]),
                    pipeline.record(2, "e\(number)", ["name": "Eve", "account": "a\(number)"]),
                    pipeline.record(3, "d\(number)", ["title": "D", "account": "a\(number)", "contact": "c\(number)"]),
                ]
                for place in order { try await pipeline.store([records[place]]) }
                let matches = try await fixture.matches()
                func entity(_ externalID: String) -> PublicID? {
                    matches.first { $0.interaction.externalID == externalID }?.entity
                }
                let contacts = try await fixture.entities(.contact)
                let account = entity("a\(number)")
                try expect(contacts.first { $0.id == entity("c\(number)") }?.account, account, "the domain's, \(order)")
                try expect(contacts.first { $0.id == entity("e\(number)") }?.account, account, "the id's, \(order)")
                let deal = try await fixture.records(.deals).first { $0.key.externalID == "d\(number)" }
                try expect(deal?.account, account, "the deal's account, \(order)")
                try expect(deal?.contact, entity("c\(number)"), "the deal's contact, \(order)")
            }
        },
        DataStoreCheck("an external id goes before a domain, also when it arrives later") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(1, "a1", ["name": "One", "domain": "one.com"])])
            try await pipeline.store([pipeline.record(2, "c1", ["email": "ann@one.com", "account": "a2"])])
            try expect(try await fixture.entities(.contact).map(\.accountRule), ["domain"])
            try await pipeline.store([pipeline.record(1, "a2", ["name": "Two", "domain": "two.com"], index: 1)])
            try expect(try await fixture.entities(.contact).map(\.accountRule), ["external_id"])
        },
        DataStoreCheck("a link that is made later is published") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(3, "d1", ["title": "D", "contact_email": "ann@one.com"])])
            _ = try await pipeline.published()
            try await pipeline.store([pipeline.record(7, "p1", ["email": "ann@one.com"])])
            let published = try await pipeline.published()
            try expect(published.keys.contains("tributary.records.deals \(TestObjects.all[2].source.object):d1"), true)
            let contact = try await fixture.entities(.contact).first?.id
            try expect(try await fixture.records(.deals).map(\.contact), [contact])
        },
    ]

    static func permutations(_ items: [Int]) -> [[Int]] {
        guard items.count > 1 else { return [items] }
        return items.flatMap { item in permutations(items.filter { $0 != item }).map { [item] + $0 } }
    }
}
