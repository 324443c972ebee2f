import Foundation
import JSON

/// How fast documents are split and read on this machine; run it in a release build.
struct Figures {
    /// A page of 100 records of about 1 KB in the shape of a list response.
    let page: [UInt8] = {
        var text = #"{"object":"list","has_more":true,"data":["#
        for number in 0..<100 {
            let filler = String(repeating: "Lorem ipsum dolor sit amet, consectetur. ", count: 14)
            text += number > 0 ? "," : ""
            text += #"{"id":"cus_\#(100_000 + number)","object":"customer","email":"person\#(number)@example.com","#
            text +=
                #""name":"Person Number \#(number)","created":\#(1_700_000_000 + number),"balance":-12.50,"livemode":false,"#
            text += #""address":{"city":"Z\u00fcrich","country":"CH","line1":null,"postal_code":"8001"},"#
            text += #""metadata":{"plan":"pro","seats":"\#(number)"},"tags":["a","b","c"],"phone":"+41 44 000 00 00","#
            text += #""description":"\#(filler)","updated_at":"2026-11-23T08:00:00Z"}"#
        }
        return Array((text + "]}").utf8)
    }()

    func print() throws {
        let data = JSONPath(keys: "data")
        let email = JSONPath(keys: "email")
        let city = JSONPath(keys: "address", "city")
        let document = try JSONDocument(page)
        let records = try document.records(at: data)
        let record = records[50]
        let bytes = Array(record.bytes)
        var sink = 0
        Swift.print("page \(page.count) bytes, record \(bytes.count) bytes")
        try measure("validate the page and split it into 100 records", bytes: page.count) {
            for record in try JSONDocument(page).records(at: data) { sink &+= record.bytes.count }
        }
        try measure("validate one record as a message", bytes: bytes.count) {
            sink &+= try JSONDocument(bytes).root.bytes.count
        }
        try measure("field by key: email, as String", bytes: 0) { sink &+= record["email"]?.string?.utf8.count ?? 0 }
        try measure("field by path: email, as String", bytes: 0) { sink &+= record[email]?.string?.utf8.count ?? 0 }
        try measure("field by path: address.city, escaped, as String", bytes: 0) {
            sink &+= record[city]?.string?.utf8.count ?? 0
        }
        try measure("field by key: created, as Int64", bytes: 0) { sink &+= Int(record["created"]?.int64 ?? 0) }
        try measure("sanitise a record with one backslash", bytes: bytes.count) {
            sink &+= sanitisedForPostgres(record.bytes).replaced
        }
        try measure("splice a parent onto a record", bytes: bytes.count) {
            sink &+= try JSONSplice.appending([("_parent", record["tags"]?.bytes ?? [])], to: record.bytes).count
        }
        try measure("read a record into a JSONValue", bytes: bytes.count) {
            sink &+= JSONValue(record).object?.count ?? 0
        }
        if sink == 0 { Swift.print("nothing was read") }
    }

    /// The processor time of the best of nine rounds, so that what else the machine does is left out.
    private func measure(_ what: String, bytes: Int, _ body: () throws -> Void) throws {
        var best = Double.infinity
        for _ in 0..<9 {
            let rounds = bytes > 10_000 ? 1_000 : 100_000
            let started = clock()
            for _ in 0..<rounds { try body() }
            best = min(best, Double(clock() - started) * 1e9 / Double(CLOCKS_PER_SEC) / Double(rounds))
        }
        let speed = bytes > 0 ? ", \(Double(Int(Double(bytes) / best * 100)) / 100) GB/s" : ""
        Swift.print("\(what): \(Int(best)) ns\(speed)")
    }
}
