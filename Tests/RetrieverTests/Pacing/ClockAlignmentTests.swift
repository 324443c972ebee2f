import Models
import Retriever
import Testing

@Suite struct ClockAlignmentTests {
    private let begin = Timestamp(seconds: 1_700_000_000)

    @Test func `the database's time is known to within half of the quickest answer`() {
        var alignment = ClockAlignment()
        // The database is 5 s ahead.
        alignment.note(begin + .seconds(5) + .milliseconds(90), sent: begin, received: begin + .milliseconds(100))
        let later = begin + .seconds(1)
        alignment.note(later + .seconds(5) + .milliseconds(1), sent: later, received: later + .milliseconds(2))
        let error = alignment.local(begin + .seconds(15)) - (begin + .seconds(10))
        #expect(error >= .milliseconds(-1) && error <= .milliseconds(1))
    }

    @Test func `a clock that was set is noticed`() {
        var alignment = ClockAlignment()
        alignment.note(begin + .seconds(5), sent: begin, received: begin)
        alignment.note(begin + .seconds(3), sent: begin, received: begin)
        #expect(alignment.local(begin + .seconds(3)) == begin)
    }
}
