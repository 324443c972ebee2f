import Kafka
import Testing

@Suite("What is done about topics") struct TopicPlanTests {
    @Test("creates the missing, grows the small, leaves the rest alone, and counts a name once")
    func plan() {
        let wanted = [
            TopicSpecification(name: "missing", partitions: 3), TopicSpecification(name: "small", partitions: 3),
            TopicSpecification(name: "right", partitions: 3), TopicSpecification(name: "large", partitions: 3),
            TopicSpecification(name: "missing", partitions: 9),
        ]
        let plan = TopicPlan(wanted, existing: ["small": 1, "right": 3, "large": 8, "foreign": 2])
        #expect(plan.create.map(\.name) == ["missing"])
        #expect(plan.create.map(\.partitions) == [3])
        #expect(plan.grow.map(\.name) == ["small"])
        #expect(!plan.isEmpty)
        #expect(TopicPlan(wanted, existing: ["missing": 3, "small": 3, "right": 3, "large": 8]).isEmpty)
    }
}
