import Service
import Testing

@Suite struct TraceContextTests {
    private let example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test func aHeaderIsReadAndWritten() {
        let context = TraceContext(example)
        #expect(context?.description == example)
        #expect(context?.traceIDText == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(context?.spanIDText == "00f067aa0ba902b7")
        #expect(context?.isSampled == true)
        #expect(TraceContext("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")?.isSampled == false)
    }

    @Test func aLaterVersionIsReadByItsFirstFields() {
        #expect(TraceContext("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03-what")?.description == example)
    }

    @Test(arguments: [
        "", "00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ])
    func whatIsNoTraceparentIsRefused(header: String) {
        #expect(TraceContext(header) == nil)
    }

    @Test func aChildKeepsTheTraceAndHasAStepOfItsOwn() throws {
        let parent = TraceContext.new()
        let child = parent.child()
        #expect(child.traceIDText == parent.traceIDText)
        #expect(child.spanIDText != parent.spanIDText)
        #expect(TraceContext(child.description) == child)
    }
}
