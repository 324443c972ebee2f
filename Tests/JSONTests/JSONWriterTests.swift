import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func commasStandBetweenMembersAndElements() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("s", "a\"b\u{01}\n")
        writer.member("i", Int64.min)
        writer.member("n", nil as String?)
        writer.member("b", true)
        writer.key("list")
        writer.beginArray()
        writer.integer(1)
        writer.double(2.5)
        writer.double(.nan)
        writer.beginObject()
        writer.endObject()
        writer.raw(Array("[ 3 ]".utf8)[...])
        writer.value(["k": "v"])
        writer.string("ends with {")
        writer.string("")
        writer.endArray()
        writer.member("r", raw: Array("{}".utf8)[...])
        writer.endObject()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"s":"a\"b\u0001\n","i":-9223372036854775808,"n":null,"b":true,"list":[1,2.5,null,{},[ 3 ],{"k":"v"},"ends with {",""],"r":{}}"#
        )
        #expect(throws: Never.self) { try JSONDocument(writer.bytes) }
    }
}
