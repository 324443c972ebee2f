import Postgres
import Testing

@Suite struct StatementCacheTests {
    @Test func `a statement is prepared once`() {
        var cache = StatementCache(capacity: 2)
        guard case .prepare(let statement, let old) = cache.use("a", types: [20]) else {
            Issue.record("not prepared")
            return
        }
        #expect(old.isEmpty)
        #expect(cache.use("a", types: [20]) == .execute(statement))
        #expect(cache.use("a", types: [0]) == .execute(statement))
    }

    @Test func `the least recently used statement goes when the cache is full`() {
        var cache = StatementCache(capacity: 2)
        guard case .prepare(let a, _) = cache.use("a", types: []), case .prepare(let b, _) = cache.use("b", types: [])
        else {
            Issue.record("not prepared")
            return
        }
        #expect(cache.use("a", types: []) == .execute(a))
        guard case .prepare(_, let old) = cache.use("c", types: []) else {
            Issue.record("not prepared")
            return
        }
        #expect(old == [b.name])
        #expect(cache.use("a", types: []) == .execute(a))
        #expect(cache.count == 2)
    }

    @Test func `types that were unknown while a parameter was null are learnt and kept`() {
        var cache = StatementCache(capacity: 8)
        _ = cache.use("a", types: [0, 25])
        guard case .prepare(let learnt, let old) = cache.use("a", types: [20, 0]) else {
            Issue.record("not prepared again")
            return
        }
        #expect(learnt.types == [20, 25])
        #expect(old == ["s1"])
        #expect(cache.use("a", types: [0, 0]) == .execute(learnt))
        #expect(cache.use("a", types: [20, 25]) == .execute(learnt))
    }

    @Test func `another type prepares the statement again`() {
        var cache = StatementCache(capacity: 8)
        _ = cache.use("a", types: [25])
        guard case .prepare(let changed, let old) = cache.use("a", types: [20]) else {
            Issue.record("not prepared again")
            return
        }
        #expect(changed.types == [20])
        #expect(old == ["s1"])
        #expect(cache.count == 1)
    }
}
