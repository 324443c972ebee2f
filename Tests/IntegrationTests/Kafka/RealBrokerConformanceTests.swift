import Kafka
import KafkaConformance
import Testing

@Suite("A real broker", .serialized) struct RealBrokerConformanceTests {
    @Test("behaves as the seam promises", arguments: ConformanceCheck.all(for: RealBroker.abilities))
    func conforms(_ check: ConformanceCheck) async throws {
        try await check.run(Bench(RealBroker()))
    }
}
