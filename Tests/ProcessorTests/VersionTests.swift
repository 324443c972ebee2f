import Models
import Processor
import Storage
import Testing

struct VersionTests {
    private func version(
        _ modified: Int64?, run: Int64 = 1, attempt: Int32 = 1, page: Int32 = 0, index: Int32 = 0, isSwept: Bool = false
    ) -> StoredVersion {
        StoredVersion(
            InteractionVersion(
                modifiedAt: modified.map { Timestamp(seconds: $0) }, until: Timestamp(seconds: 1000), run: run,
                attempt: attempt, page: page, index: index), isSwept: isSwept)
    }

    @Test func `the provider's time decides, then the place`() {
        #expect(version(20, run: 1).isNewer(than: version(10, run: 9)))
        #expect(version(10, run: 2).isNewer(than: version(10, run: 1, attempt: 9)))
        #expect(version(10, attempt: 2).isNewer(than: version(10, page: 9)))
        #expect(version(10, page: 2).isNewer(than: version(10, index: 9)))
        #expect(version(10, index: 2).isNewer(than: version(10, index: 1)))
        #expect(!version(10).isNewer(than: version(10)))
    }

    @Test func `where a side comes from a sweep the run decides`() {
        #expect(version(1, run: 3).isNewer(than: version(nil, run: 2, isSwept: true)))
        #expect(!version(1, run: 1).isNewer(than: version(nil, run: 2, isSwept: true)))
        #expect(version(nil, run: 3, isSwept: true).isNewer(than: version(999, run: 2)))
    }

    @Test func `what no page vouches for wins by time alone`() {
        let until = Timestamp(seconds: 1000)
        func unvouched(_ modified: Int64?) -> StoredVersion {
            .unvouched(modifiedAt: modified.map { Timestamp(seconds: $0) }, until: until, isSwept: false)
        }
        #expect(unvouched(20).isNewer(than: version(10, run: 9)))
        #expect(!unvouched(10).isNewer(than: version(10)))
        #expect(!unvouched(nil).isNewer(than: version(10)))
        #expect(version(10).isNewer(than: unvouched(10)))
        #expect(!unvouched(5000).isNewer(than: unvouched(1000)), "bounded by the window")
    }

    @Test func `of several versions in a batch the newest is stored, of equal ones the first`() {
        func candidate(_ index: Int, _ id: String, _ modified: Int64) -> WinningVersions.Candidate {
            .init(index: index, key: InteractionKey(objectID: 1, externalID: id), version: version(modified))
        }
        let winners = WinningVersions.choose([
            candidate(0, "b", 10), candidate(1, "a", 10), candidate(2, "b", 30), candidate(3, "b", 20),
            candidate(4, "a", 10),
        ])
        #expect(winners.map(\.index) == [1, 2])
    }

    @Test func `keys are ordered by bytes, as Postgres orders them`() {
        let keys = ["a", "B", "ä", "b", "a b"].map { InteractionKey(objectID: 1, externalID: $0) }.sorted()
        #expect(keys.map(\.externalID) == ["B", "a", "a b", "b", "ä"])
    }
}
