import Catalog
import JSON
import Models
import Testing

@Suite("Forms and formats of responses")
struct RecordFormTests {
    func page(_ lines: String, _ body: String) throws -> FetchedPage {
        try outcome(lines, body).page.orFail()
    }

    func outcome(_ lines: String, _ body: String) throws -> ResponseOutcome {
        let retrieval = try Retrieval(
            Definitions.resolve("type: widgets\nrequest: { path: /i }\n" + lines), .first())
        return retrieval.interpret(.json(body), at: retrieval.start, now: .noon)
    }

    func payloads(_ page: FetchedPage) -> [String] {
        page.records.map { String(decoding: $0.payload ?? [], as: UTF8.self) }
    }

    @Test func ofSeveralPathsTheFirstThatIsThereCounts() throws {
        let lines = "id: id\nrecords: [data.items, results]"
        #expect(try page(lines, #"{"results":[{"id":1}]}"#).records.map(\.externalID) == ["1"])
        #expect(
            try page(lines, #"{"data":{"items":[{"id":2}]},"results":[{"id":1}]}"#).records.map(\.externalID) == ["2"])
        #expect(try page(lines, #"{"data":{"items":null},"results":[{"id":1}]}"#).records.map(\.externalID) == ["1"])
        #expect(try page(lines, #"{"data":{"items":null}}"#).records.isEmpty)
        #expect(try outcome(lines, #"{"error":1}"#).summary == "failed definition")
    }

    @Test func aMapOfIdToRecordGivesEachItsKey() throws {
        let lines = "id: _key\nrecords: { path: users, form: map }"
        let page = try page(lines, #"{"users":{"a\"1":{"n": 1},"b":{},"c":7}}"#)
        #expect(page.records.map(\.externalID) == ["a\"1", "b", "c"])
        #expect(payloads(page) == [#"{"n": 1,"_key":"a\"1"}"#, #"{"_key":"b"}"#, #"{"_key":"c","_value":7}"#])
        #expect(try self.page(lines, #"{"users":[]}"#).records.isEmpty)
        #expect(try outcome(lines, #"{"users":[{"id":1}]}"#).summary == "failed definition")
    }

    @Test func rowsTakeTheirNamesFromTheFirstRowOrAHeader() throws {
        let sheet = try page(
            "id: Id\nrecords: { path: values, form: rows }", #"{"values":[["Id","Name"],["1","Ann"],["2"]]}"#)
        #expect(payloads(sheet) == [#"{"Id":"1","Name":"Ann"}"#, #"{"Id":"2"}"#])
        let report = try page(
            "id: id\nrecords: { path: rows, form: rows, header: columns }",
            #"{"columns":[{"name":"id"},{"name":"total"}],"rows":[[1,2.50],[3,null]]}"#)
        #expect(payloads(report) == [#"{"id":1,"total":2.50}"#, #"{"id":3,"total":null}"#])
        #expect(
            try outcome("id: id\nrecords: { path: rows, form: rows }", #"{"rows":[{"id":1}]}"#).summary
                == "failed definition")
    }

    @Test func nestedListsKeepTheFieldsAroundThem() throws {
        let page = try page(
            "id: sku\nrecords: { path: orders.lines, form: unnest }",
            #"{"orders":[{"id":7,"lines":[{"sku":"a"},{"sku":"b"}],"at":"x"},{"id":8},{"id":9,"lines":{"sku":"c"}}]}"#)
        #expect(
            payloads(page) == [
                #"{"sku":"a","_parent":{"id":7,"at":"x"}}"#, #"{"sku":"b","_parent":{"id":7,"at":"x"}}"#,
                #"{"sku":"c","_parent":{"id":9}}"#,
            ])
    }

    @Test func aParentRepeatedForEveryEntryCannotFillMemory() throws {
        let parent = String(repeating: "x", count: 100_000)
        let lines = Array(repeating: "{\"sku\":1}", count: 2000).joined(separator: ",")
        let outcome = try outcome(
            "id: sku\nlimits: { body: 1 }\nrecords: { path: orders.lines, form: unnest }",
            "{\"orders\":{\"p\":\"\(parent)\",\"lines\":[\(lines)]}}")
        #expect(outcome.summary == "failed definition")
        #expect(outcome.failure?.cause.contains("too large") == true)
    }

    @Test func csvIsReadWithQuotesAndEmptyFields() throws {
        let body = "\u{FEFF}id,name,note\r\n1,\"Ann, \"\"A\"\"\",\r\n2,\"two\nlines\",\"\"\r\n\r\n3,short\n"
        let page = try page("id: id\nformat: csv", body)
        #expect(
            payloads(page) == [
                #"{"id":"1","name":"Ann, \"A\"","note":null}"#, #"{"id":"2","name":"two\nlines","note":""}"#,
                #"{"id":"3","name":"short"}"#,
            ])
        let other = try self.page("id: a\nformat: { as: csv, separator: \";\", columns: [a, b] }", "1;2\n3;4")
        #expect(payloads(other) == [#"{"a":"1","b":"2"}"#, #"{"a":"3","b":"4"}"#])
        #expect(try self.page("id: id\nformat: csv", "").records.isEmpty)
    }

    @Test(arguments: ["id,n\n1,\"open", "id,n\n1,2,3", "id,n\n\"1\"x,2"])
    func brokenCsvIsAFailureThatSaysWhere(_ body: String) throws {
        let outcome = try outcome("id: id\nformat: csv", body)
        #expect(outcome.summary == "failed definition")
        #expect(outcome.failure?.cause.contains("CSV") == true)
    }

    @Test func linesOfJsonAreRecords() throws {
        let page = try page("id: id\nformat: jsonl", "{\"id\":1}\n\r\n {\"id\":2}\n")
        #expect(page.records.map(\.externalID) == ["1", "2"])
        #expect(try outcome("id: id\nformat: jsonl", "{\"id\":1}\n{\"id\":").summary == "failed definition")
        #expect(try self.page("id: id\nformat: jsonl", "").records.isEmpty)
    }

    @Test func errorsOfOtherFormatsAreStillJson() throws {
        let retrieval = try Retrieval(
            Definitions.resolve(
                """
                type: widgets
                id: id
                request: { path: /i }
                format: csv
                errors: [{ status: 400, when: "{{ response.body.code == 7 }}", then: restart }]
                """), .first())
        let outcome = retrieval.interpret(.json(#"{"code":7}"#, status: 400), at: retrieval.start, now: .noon)
        #expect(outcome.summary == "restart transient")
    }
}
