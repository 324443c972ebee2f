import Foundation
import Models
import Operator
import Service
import Storage
import Testing

@Suite("What scripts read of commands")
struct CommandResultTests {
    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test func hasTheFieldsOfEachCommand() throws {
        var report = ApplyReport()
        report.created = 2
        report.unchanged = 1
        #expect(
            try json(ApplyResult(file: "a.yaml", report, credentials: 1))
                == #"{"changed":0,"created":2,"credentials":1,"file":"a.yaml","unchanged":1}"#)
        #expect(
            try json(MigrateResult(version: 2, applied: ["0002_data"])) == #"{"applied":["0002_data"],"version":2}"#)
        #expect(
            try json(ReplayResult(topic: "dead.x", replayed: 3, skipped: 1))
                == #"{"replayed":3,"skipped":1,"topic":"dead.x"}"#)
        #expect(try json(RepublishResult(records: 5)) == #"{"records":5}"#)
        #expect(
            try json(ConnectResult(integration: "a/b", method: "key", verified: "ok", connected: false))
                == #"{"connected":false,"integration":"a/b","method":"key","verified":"ok"}"#)
        #expect(
            try json(RotationResult(key: "k", resealed: 4, unreadable: 0))
                == #"{"key":"k","resealed":4,"unreadable":0}"#)
        #expect(try json(EnableResult(integration: "a/b")) == #"{"integration":"a/b"}"#)
    }

    @Test func isOneSentenceForAPerson() {
        #expect(MigrateResult(version: 7, applied: []).text == "the schema is at version 7 already")
        #expect(MigrateResult(version: 7, applied: ["0007_x"]).text == "the schema is at version 7 now")
        #expect(
            ReplayResult(topic: "t", replayed: 3, skipped: 1).text
                == "3 messages were sent again to where they came from; 1 do not say where that is")
        #expect(
            ConnectResult(integration: "a/b", method: "key", verified: "ok", connected: true).text
                == "ok\na/b is connected; what was stopped goes on")
        #expect(!RotationResult(key: "k", resealed: 1, unreadable: 2).text.contains("no value needs an older key"))
    }

    @Test(
        arguments: [
            "migrate", "validate", "apply", "sync", "status", "runs", "explain", "remap", "tap", "replay", "republish",
            "try", "connect", "rotate-keys", "alerts", "enable",
        ])
    func isOfferedByEveryCommandThatDoesOrShowsSomething(_ command: String) async {
        let terminal = MemoryTerminal()
        let code = await OperatorProgram.program.run([command, "--help"], environment: [:], terminal: terminal)
        #expect(code == .success)
        #expect(terminal.output.contains("--json"), "\(terminal.output)")
    }
}
