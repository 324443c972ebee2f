import Models
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("2024-02-29T12:34:56Z", "2024-02-29T12:34:56Z"), ("2024-02-29 12:34:56.5+02:00", "2024-02-29T10:34:56.500Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"), ("2020-01-01", "2020-01-01T00:00:00Z"),
        ("2024-01-01T00:00:00-0530", "2024-01-01T05:30:00Z"),
        ("2024-01-01T00:00:00.1234567Z", "2024-01-01T00:00:00.123456Z"),
    ])
    func readsWhatProvidersWrite(text: String, normal: String) {
        #expect(Timestamp(rfc3339: text)?.description == normal)
    }

    @Test(arguments: [
        "", "2024-02-30", "2024-13-01", "yesterday", "2024-01-01T25:00:00Z", "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00Zx",
    ])
    func refusesWhatIsNoTime(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }
}
