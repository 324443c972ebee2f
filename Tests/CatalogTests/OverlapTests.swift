import Catalog
import Models
import Testing

@Suite("Offsets with overlap")
struct OverlapTests {
    static func definition(overlap: Int = 2, size: Int = 5) throws -> ResolvedDefinition {
        try Definitions.listing(
            """
            request: { path: /things }
            pages: { offset: 0, overlap: \(overlap), into: { query: o }, size: \(size), size_into: { query: n } }
            """)
    }

    /// Walks a list that `change` alters before each request.
    static func walk(_ initial: [Int], change: (Int, inout [Int]) -> Void) throws -> (walk: Walk, list: [Int]) {
        var list = initial
        var count = 0
        let walk = try Walk(Retrieval(definition(), .first())) { plan in
            change(count, &list)
            count += 1
            let offset = PagingTests.number(plan, "o")
            return .json(PagingTests.items(list.dropFirst(offset).prefix(5)))
        }
        return (walk, list)
    }

    @Test func aListThatRestsIsReadOnceWithTheOverlapAgain() throws {
        let (walk, _) = try Self.walk(Array(0..<12)) { _, _ in }
        #expect(walk.requests.map { $0.split(separator: "?")[1] } == ["o=0&n=5", "o=3&n=5", "o=6&n=5", "o=9&n=5"])
        #expect(Set(walk.ids) == Set((0..<12).map(String.init)))
        #expect(walk.misses == 0)
    }

    @Test func whatMovesForwardWithinTheOverlapIsNotMissed() throws {
        let (walk, _) = try Self.walk(Array(0..<20)) { count, list in if count == 1 { list.removeFirst() } }
        #expect(walk.misses == 0)
        #expect(Set(walk.ids) == Set((0..<20).map(String.init)))
    }

    @Test func whatMovesPastTheOverlapIsFetchedByGoingBack() throws {
        let (walk, list) = try Self.walk(Array(0..<40)) { count, list in if count == 2 { list.removeFirst(4) } }
        #expect(walk.misses > 0)
        #expect(Set(list.map(String.init)).isSubset(of: Set(walk.ids)))
        #expect(walk.failure == nil)
    }

    @Test func whatIsInsertedBeforeCostsOnlyARepetition() throws {
        let (walk, list) = try Self.walk(Array(10..<30)) { count, list in
            if count == 2 { list.insert(contentsOf: [1, 2], at: 0) }
        }
        #expect(walk.misses == 0)
        // Those inserted before the position are not seen in this run; everything that was there is.
        #expect(Set(list.dropFirst(2).map(String.init)).isSubset(of: Set(walk.ids)))
    }

    @Test(arguments: 0..<200)
    func noSurvivingEntryIsSkippedWhateverIsDeleted(_ seed: Int) throws {
        var generator = Seeded(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1)
        let (walk, list) = try Self.walk(Array(0..<60)) { count, list in
            guard count < 25 else { return }
            for _ in 0..<Int.random(in: 0...4, using: &generator) where !list.isEmpty {
                list.remove(at: Int.random(in: 0..<list.count, using: &generator))
            }
            if Bool.random(using: &generator) { list.append(1000 + count) }
        }
        #expect(walk.failure == nil)
        #expect(Set(list.map(String.init)).subtracting(walk.ids).isEmpty)
    }

    @Test func aListThatNeverRestsIsAFailureInTheEnd() throws {
        var next = 0
        let walk = try Walk(Retrieval(Self.definition(), .first()), limit: 1000) { _ in
            next += 5
            return .json(PagingTests.items(next..<next + 5))
        }
        #expect(walk.failure?.kind == .definition)
    }
}

/// A generator that repeats itself for the same seed.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
