import Catalog
import Foundation
import JSON
import Models
import SamplePackings
import Testing

@Suite("Packed responses and XML")
struct PackedFormatTests {
    func outcome(_ lines: String, _ body: [UInt8], status: Int = 200) throws -> ResponseOutcome {
        let retrieval = try Retrieval(
            Definitions.resolve("type: widgets\nrequest: { path: /i }\n" + lines), .first())
        return retrieval.interpret(
            ProviderResponse(status: status, body: body), at: retrieval.start, now: .noon)
    }

    func page(_ lines: String, _ body: [UInt8]) throws -> FetchedPage { try outcome(lines, body).page.orFail() }

    func xml(_ lines: String, _ body: String) throws -> [String] {
        try page("format: xml\n" + lines, Array(body.utf8)).records
            .map { String(decoding: $0.payload ?? [], as: UTF8.self) }
    }

    @Test func filesOfAnArchiveAreOneList() throws {
        let tables = try page("id: id\nformat: { as: csv, packed: zip }", SamplePackings.zip)
        #expect(tables.records.map(\.externalID) == ["1", "2", "3"])
        let items = try page("id: id\nrecords: items\nformat: { as: json, packed: zip }", SamplePackings.zipOfJSON)
        #expect(items.records.map(\.externalID) == ["1"])
        let several = try outcome("id: id\nformat: { as: json, packed: zip }", SamplePackings.zip)
        #expect(several.failure?.cause.contains("3 files") == true)
    }

    @Test func anArchiveThatIsNoneOrCutOffOrTooLargeIsAFailure() throws {
        let lines = "id: id\nformat: { as: csv, packed: zip }"
        #expect(try outcome(lines, Array("<html>".utf8)).summary == "failed definition")
        #expect(try outcome(lines, Array(SamplePackings.zip.prefix(110))).summary == "retry transient")
        let large = try outcome("limits: { body: 1 }\n" + lines, SamplePackings.zipBomb)
        #expect(large.summary == "failed definition")
        #expect(large.failure?.cause.contains("larger than") == true)
    }

    @Test func errorsOfPackedFormatsAreStillPlainJSON() throws {
        let lines = """
            id: id
            format: { as: csv, packed: gzip }
            errors: [{ status: 400, when: "{{ response.body.code == 7 }}", then: restart }]
            """
        #expect(try outcome(lines, Array(#"{"code":7}"#.utf8), status: 400).summary == "restart transient")
    }

    @Test func elementsBecomeTextsObjectsAndLists() throws {
        let body = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- a comment -->
            <r:result xmlns:r="urn:r" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" count="2">
              <r:contact id="7"><name>Ann &amp; Bob &#233;</name><note/><gone xsi:nil="true"/>
                <email>a@x.example</email><email kind="home">b@x.example</email>
                <text><![CDATA[<b>1</b>]]></text></r:contact>
              <r:contact id="8"><name> kept </name><email>c@x.example</email></r:contact>
            </r:result>
            """
        #expect(
            try xml("id: _id\nrecords: result.contact", body) == [
                #"{"_id":"7","name":"Ann & Bob é","note":null,"gone":null,"email":["a@x.example",{"_kind":"home","#
                    + #""_text":"b@x.example"}],"text":"<b>1</b>"}"#,
                #"{"_id":"8","name":" kept ","email":"c@x.example"}"#,
            ])
        let lists = try page(
            "id: _id\nrecords: result.contact\nformat: { as: xml, lists: [email] }", Array(body.utf8))
        #expect(String(decoding: lists.records[1].payload ?? [], as: UTF8.self).contains(#""email":["c@x.example"]"#))
    }

    @Test func oneEntryIsAListAndNoneIsEmpty() throws {
        let lines = "id: id\nrecords: result.contacts.contact"
        #expect(
            try xml(lines, "<result><contacts><contact><id>1</id></contact></contacts></result>") == [#"{"id":"1"}"#])
        #expect(try xml(lines, "<result><contacts/></result>") == [])
        #expect(try xml(lines, #"<result><contacts total="0"/></result>"#) == [])
        #expect(try outcome("format: xml\n" + lines, Array("<fault/>".utf8)).summary == "failed definition")
    }

    @Test func otherEncodingsAreRead() throws {
        let latin = Array(#"<?xml version="1.0" encoding="ISO-8859-1"?><a><b><id>M"#.utf8) + [0xFC]
        let body = latin + Array("ller</id></b></a>".utf8)
        #expect(try page("format: xml\nid: id\nrecords: a.b", body).records.map(\.externalID) == ["Müller"])
    }

    @Test(arguments: ["", "<a><b>", "<a><b></b", "<a><b", "<a b=\"1"])
    func xmlThatIsCutOffIsFetchedAgain(_ body: String) throws {
        #expect(try outcome("format: xml\nid: id\nrecords: a.b", Array(body.utf8)).summary == "retry transient")
    }

    @Test(arguments: [
        "<a><b></a></b>", "not xml", "<a>&undeclared;</a>", "<a><b id='1' id='2'/></a>",
        #"<!DOCTYPE a [<!ENTITY x "y">]><a><b>&x;</b></a>"#,
        #"<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b><id>&x;</id></b></a>"#,
        #"<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x">%x;]><a><b><id>1</id></b></a>"#,
    ])
    func xmlThatIsBrokenOrDeclaresEntitiesIsAFailure(_ body: String) throws {
        let outcome = try outcome("format: xml\nid: id\nrecords: a.b", Array(body.utf8))
        #expect(outcome.summary == "failed definition")
        #expect(outcome.failure?.cause.contains("XML") == true)
        #expect(outcome.failure?.cause.contains("root:") == false)
    }

    @Test func aDocumentTypeWithoutDeclarationsIsNoHarm() throws {
        let body = """
            <?xml version="1.0"?><!-- <!DOCTYPE a [ --><!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">
            <a><b><id>[1]</id></b></a>
            """
        #expect(try xml("id: id\nrecords: a.b", body) == [#"{"id":"[1]"}"#])
    }

    @Test func depthAndSizeOfXMLAreBounded() throws {
        let lines = "format: xml\nlimits: { body: 1 }\nid: id\nrecords: a.b"
        let deep = String(repeating: "<a>", count: 200) + String(repeating: "</a>", count: 200)
        #expect(try outcome(lines, Array(deep.utf8)).failure?.cause.contains("deep") == true)
        let wide = "<a>" + String(repeating: "<b/>", count: 600_000) + "</a>"
        #expect(try outcome(lines, Array(wide.utf8)).failure?.cause.contains("too large") == true)
    }
}
