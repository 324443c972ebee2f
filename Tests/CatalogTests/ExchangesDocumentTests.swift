import Exchanges
import Foundation
import Testing

@Suite("EXCHANGES.md")
struct ExchangesDocumentTests {
    @Test(
        arguments: [
            ("The file", ExchangeScript.keys), ("Connection", ExchangeConnection.keys),
            ("Run", ExchangeScript.runKeys),
            ("Exchange", ExchangeScript.exchangeKeys), ("Request", ExchangeScript.requestKeys),
            ("Response", ExchangeScript.responseKeys), ("Yields", ExchangeScript.yieldKeys),
        ])
    func namesTheKeysThatExistAndNoOthers(_ title: String, _ keys: [String]) throws {
        let text = try String(contentsOfFile: CatalogPaths.catalog + "/EXCHANGES.md", encoding: .utf8)
        let section = text.components(separatedBy: "\n## ").first { $0.hasPrefix(title + "\n") } ?? ""
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) } == keys)
    }
}
