import HTTPClient
import Models
import Testing

@Suite struct HTTPDateTests {
    private static let now = Timestamp(rfc3339: "2026-06-01T00:00:00Z") ?? Timestamp(seconds: 0)

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
        ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"),
        ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"), ("Sat, 29 Feb 2020 23:59:59 GMT", "2020-02-29T23:59:59Z"),
        ("sun, 6 nov 1994 08:49:37 gmt", "1994-11-06T08:49:37Z"),
        ("Friday, 01-Jan-27 00:00:00 GMT", "2027-01-01T00:00:00Z"),
        ("Friday, 01-Jan-76 00:00:00 GMT", "2076-01-01T00:00:00Z"),
        ("Friday, 01-Jan-77 00:00:00 GMT", "1977-01-01T00:00:00Z"),
        ("Wed, 21-Oct-2015 07:28:00 GMT", "2015-10-21T07:28:00Z"),
    ])
    func allThreeFormsAreRead(text: String, expected: String) {
        #expect(HTTPDate.parse(text, now: Self.now)?.description == expected)
    }

    @Test(arguments: [
        "", "0", "yesterday", "Sun, 06 Nov 1994", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 94 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 99999 08:49:37 GMT",
    ])
    func whatIsNoDateIsRefused(text: String) {
        #expect(HTTPDate.parse(text, now: Self.now) == nil)
    }

    @Test func theServersClockIsRead() {
        let headers = [HTTPHeader("date", "Mon, 01 Jun 2026 01:00:00 GMT")]
        #expect(HTTPResponse(status: 429, headers: headers).date(now: Self.now)?.description == "2026-06-01T01:00:00Z")
        #expect(HTTPResponse(status: 429).date(now: Self.now) == nil)
    }
}
