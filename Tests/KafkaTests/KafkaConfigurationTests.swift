import Kafka
import Testing

@Suite("Settings of the Kafka clients") struct KafkaConfigurationTests {
    private func failure(_ properties: [String: String], servers: String = "localhost:9092") -> KafkaError? {
        let configuration = KafkaConfiguration(bootstrapServers: servers, clientID: "test", properties: properties)
        do throws(KafkaError) { try configuration.validate() } catch { return error }
        return nil
    }

    @Test("are taken with SASL, TLS and tuning properties")
    func good() {
        #expect(
            failure([
                "security.protocol": "SASL_SSL", "sasl.mechanisms": "SCRAM-SHA-512", "sasl.username": "u",
                "sasl.password": "p", "linger.ms": "5", "fetch.wait.max.ms": "80",
            ]) == nil)
    }

    @Test("name a property that does not exist")
    func unknown() throws {
        let error = try #require(failure(["securty.protocol": "SSL"]))
        #expect(error.kind == .configuration)
        #expect(error.text.contains("securty.protocol"))
    }

    @Test("name a property whose value is wrong, and never repeat the value")
    func wrongValue() throws {
        let error = try #require(failure(["security.protocol": "hunter2"]))
        #expect(error.kind == .configuration)
        #expect(error.text.contains("security.protocol"))
        #expect(!error.description.contains("hunter2"))
    }

    @Test(
        "refuse what delivery rests on",
        arguments: ["acks", "enable.idempotence", "enable.auto.commit", "group.id", "partitioner", "log_cb"])
    func fixed(_ name: String) throws {
        let error = try #require(failure([name: "1"]))
        #expect(error.kind == .configuration)
        #expect(error.text.contains(name))
    }

    @Test("need a broker", arguments: ["", " , "])
    func noServers(_ servers: String) {
        #expect(failure([:], servers: servers)?.kind == .configuration)
    }

    @Test("that do not fit together say so")
    func contradiction() throws {
        let error = try #require(failure(["max.in.flight": "100"]))
        #expect(error.kind == .configuration)
        #expect(error.text.contains("max.in.flight"))
    }
}
