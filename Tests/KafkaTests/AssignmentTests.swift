import Kafka
import Models
import Testing

@Suite("What may be committed") struct AssignmentTests {
    private let partition = TopicPartition(topic: "t", partition: 0)

    private func messages(_ offsets: Int64...) -> [ReceivedMessage] {
        offsets.map {
            ReceivedMessage(
                topic: "t", partition: 0, offset: $0, timestamp: Timestamp(seconds: 0), key: nil, value: nil,
                headers: [])
        }
    }

    private func delivered(_ offsets: ClosedRange<Int64>) -> Assignment {
        var assignment = Assignment()
        assignment.assign(partition)
        for offset in offsets { assignment.deliver(offset, of: partition) }
        return assignment
    }

    @Test("is one behind the last message, in whatever order they come")
    func last() {
        #expect(delivered(10...20).offsets(behind: messages(12, 15, 11)) == [partition: 16])
    }

    @Test("leaves out partitions that are gone")
    func revoked() {
        var assignment = delivered(10...20)
        assignment.revoke(partition)
        #expect(assignment.offsets(behind: messages(12)).isEmpty)
    }

    @Test("leaves out what was given out before the partition came back")
    func reassigned() {
        var assignment = delivered(10...20)
        assignment.assign(partition)
        #expect(assignment.offsets(behind: messages(12)).isEmpty)
        assignment.deliver(15, of: partition)
        #expect(assignment.offsets(behind: messages(12, 15)) == [partition: 16])
    }

    @Test("leaves out offsets of a log that the broker lost")
    func restarted() {
        var assignment = delivered(5000...5010)
        assignment.deliver(0, of: partition)
        #expect(assignment.offsets(behind: messages(5005)).isEmpty)
        #expect(assignment.offsets(behind: messages(0)) == [partition: 1])
        #expect(assignment.position(of: partition) == 1)
    }
}
