import Catalog
import Exchanges
import Foundation
import JSON
import Models

/// Bodies of the providers' exchanges, damaged, read by the definition that they were written for, paged on from, and
/// mapped.
struct BodyTarget: FuzzTarget {
    private static let words =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "null", "true", "-0", "1e400", "1e-400", "0.1",
            "99999999999999999999", "-9223372036854775809", "\"2026-13-45T99:99:99Z\"",
            "\"9999-12-31T23:59:59.999999Z\"",
            "\"id\":", "\"updated_at\":", "\"next\":\"n\",", "[[[[[[[[[[[[", "{\"a\":", "\u{FEFF}", "\r\n", ";", "\"\"",
            "<html>",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x1F, 0x8B]]

    private struct Case {
        let retrieval: Retrieval
        let mapper: Mapper
        let position: PagePosition
        let response: ProviderResponse
    }

    private let cases: [Case]
    private let bodies: [[UInt8]]

    init() throws {
        let files = ExchangeFiles(providers: ProviderFolder.path)
        let catalog = CatalogFolder(path: ProviderFolder.path)
        var cases: [Case] = []
        for name in files.names {
            // A file that cannot be read is another command's business.
            guard let script = try? files.script(name), let retrieval = try? script.retrieval(catalog: catalog) else {
                continue
            }
            let mapper = Mapper(retrieval.definition)
            var position: PagePosition? = retrieval.start
            for exchange in script.steps.compactMap(\.first) {
                guard let here = position else { break }
                cases.append(Case(retrieval: retrieval, mapper: mapper, position: here, response: exchange.response))
                position = Self.next(
                    retrieval.interpret(exchange.response, at: here, now: script.context.until), retrieval)
            }
        }
        if cases.isEmpty { throw ProviderTexts.NoProviders(folder: ProviderFolder.path) }
        self.cases = cases
        bodies = cases.map(\.response.body)
    }

    private static func next(_ outcome: ResponseOutcome, _ retrieval: Retrieval) -> PagePosition? {
        guard case .page(let page) = outcome else { return nil }
        switch page.step {
        case .next(let position), .overlapMissed(let position): return position
        case .end: return nil
        }
    }

    mutating func feed(_ random: inout SeededRandom) -> Bool {
        guard let one = random.pick(cases) else { return false }
        let now = Timestamp(seconds: 1_769_947_300)
        var response = one.response
        response.body = random.damaged(response.body, others: bodies, words: Self.words)
        if random.chance(20) { response.status = Int.random(in: 100...599, using: &random) }
        if random.chance(20) {
            let value = String(decoding: random.pick(Self.words) ?? [], as: UTF8.self)
            response.headers.append((random.pick(["Retry-After", "Link", "X-RateLimit-Reset", "Date"]) ?? "", value))
        }
        let outcome = one.retrieval.interpret(response, at: one.position, now: now)
        _ = one.retrieval.quota(response, now: now)
        guard case .page(let page) = outcome else { return false }
        var tally = MappingTally()
        for record in page.records {
            guard let payload = record.payload else { continue }
            _ = try? one.mapper.map(payload, tally: &tally)
        }
        if let next = Self.next(outcome, one.retrieval) {
            // Positions are stored and read again between two pages.
            let stored = (try? JSONValue(parsing: next.json.encoded)).flatMap { PagePosition($0) } ?? next
            _ = try? one.retrieval.request(at: stored, now: now)
        }
        return true
    }
}
