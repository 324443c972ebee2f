import Catalog
import Testing

@Suite("Domain names") struct DomainNameTests {
    /// A plain host is taken as it is; anything around it has it taken apart first. Both must say the same.
    @Test func theShortWayThroughSaysWhatTheLongOneSays() {
        var generator = SystemRandomNumberGenerator()
        let parts = [
            "a", "b9", "7", "-", "_", ".", ".", "www.", "com", "x", String(repeating: "l", count: 62), "A", "é",
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...8, using: &generator)
            let host = (0..<count).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
            #expect(DomainName(in: host) == DomainName(in: " \(host)"), "\(host)")
        }
    }
}
