import Service
import Testing

struct FaultPointTests {
    @Test func `a fault point is named with the pass that it is meant for`() {
        let first = FaultPoint.parse("stored-offset-not-committed")
        #expect(first?.point == .storedOffsetNotCommitted)
        #expect(first?.nth == 1)
        #expect(FaultPoint.parse("committed-not-published:7")?.nth == 7)
        #expect(FaultPoint.parse("nowhere") == nil)
        #expect(FaultPoint.parse("committed-not-published:0") == nil)
        #expect(FaultPoint.parse("committed-not-published:x") == nil)
        #expect(FaultPoint.parse("") == nil)
    }
}
