import Foundation
import Models
import Service
import Testing

@Suite struct LoggingTests {
    private let output = MemoryLogOutput()

    private func system(_ format: LogFormat, _ levels: LogLevels = LogLevels()) -> LogSystem {
        LogSystem(output: output, format: format, levels: levels)
    }

    @Test func aLineIsOneJSONObject() throws {
        let system = system(.json)
        system.configure(format: .json, levels: LogLevels(), base: [.service: "retriever"])
        Logger(label: "kafka", system: system).warning(
            "broker is away",
            [.broker: "b\"\\\n\u{1}é", .count: 3, .seconds: 1.5, .state: true, .rate: .number(.infinity)])
        let data = Data(try #require(output.lines.first).utf8)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["level"] as? String == "warning")
        #expect(object["label"] as? String == "kafka")
        #expect(object["message"] as? String == "broker is away")
        #expect(object["broker"] as? String == "b\"\\\n\u{1}é")
        #expect(object["count"] as? Int == 3)
        #expect(object["seconds"] as? Double == 1.5)
        #expect(object["state"] as? Bool == true)
        #expect(object["rate"] as? String == "inf")
        #expect(object["service"] as? String == "retriever")
        #expect((object["time"] as? String).flatMap { Timestamp(rfc3339: $0) } != nil)
    }

    @Test func textLinesAreForPeopleAndStayOneLine() throws {
        Logger(label: "kafka", system: system(.text)).error("failed", [.error: "two\nlines", .topic: "t"])
        let line = try #require(output.lines.first)
        #expect(line.hasSuffix(" ERROR kafka: failed  error=two lines  topic=t"))
    }

    @Test func levelsHoldForALabelAndWhatIsBelowIt() throws {
        let levels = try LogLevels.parse("warning,kafka=debug,kafka.consumer=error")
        let system = system(.text, levels)
        for label in ["other", "kafka", "kafka.producer", "kafka.consumer", "kafkaesque"] {
            for level in LogLevel.allCases { Logger(label: label, system: system).log(level, "m") }
        }
        let counts = Dictionary(grouping: output.lines) { $0.split(separator: " ")[2] }.mapValues(\.count)
        #expect(counts == ["other:": 2, "kafka:": 4, "kafka.producer:": 4, "kafka.consumer:": 1, "kafkaesque:": 2])
    }

    @Test(arguments: ["loud", "info,kafka=loud", "kafka=debug=info"])
    func levelsThatAreNoneAreRefused(text: String) {
        #expect(throws: InvalidValue.self) { try LogLevels.parse(text) }
    }

    @Test func levelsChangeForLoggersThatExist() {
        let system = system(.text)
        let logger = Logger(label: "a", system: system)
        logger.debug("before")
        system.configure(format: .text, levels: LogLevels(.debug))
        logger.debug("after")
        #expect(output.lines.count == 1)
    }

    @Test func valuesOfLinesThatAreNotWrittenAreNotComputed() {
        func unwanted() -> LogValue {
            Issue.record("was computed")
            return 1
        }
        Logger(label: "a", system: system(.text)).debug("m", [.count: unwanted()])
        #expect(output.lines.isEmpty)
    }

    @Test func aLoggerCarriesItsContextAndTheLineWins() throws {
        let logger = Logger(label: "a", system: system(.text)).with([.run: 7, .page: 1])
        logger.info("m", [.page: 2])
        #expect(try #require(output.lines.first).hasSuffix("a: m  page=2  run=7"))
    }
}

@Suite struct LogWriterTests {
    private struct Pipe {
        let read: Int32
        let write: Int32
        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            (read, write) = (ends[0], ends[1])
        }
        func readAll() -> String {
            close(write)
            defer { close(read) }
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65536)
            while case let count = Foundation.read(read, &buffer, buffer.count), count > 0 { all += buffer[..<count] }
            return String(decoding: all, as: UTF8.self)
        }
    }

    @Test func linesAreWrittenWholeInOrderAndFlushed() throws {
        let pipe = try Pipe()
        let writer = LogWriter(descriptor: pipe.write, capacity: 1 << 20)
        for number in 0..<1000 { writer.write(Array("\(number)\n".utf8)) }
        writer.close()
        #expect(pipe.readAll() == (0..<1000).map { "\($0)\n" }.joined())
        #expect(writer.droppedLines == 0)
    }

    @Test func aReaderThatStandsStillBlocksNobodyAndDropsAreReported() throws {
        let pipe = try Pipe()
        let writer = LogWriter(descriptor: pipe.write, capacity: 10_000)
        let line = Array((String(repeating: "x", count: 999) + "\n").utf8)
        // A pipe holds 64 KB and the writer 10 KB: most of a megabyte has nowhere to go, and this must not wait.
        for _ in 0..<1000 { writer.write(line) }
        let dropped = writer.droppedLines
        #expect(dropped > 800)
        // Empty the pipe until the writer has room again.
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var text = ""
        while text.utf8.count < (1000 - dropped) * 1000 {
            text += String(decoding: buffer[..<max(0, read(pipe.read, &buffer, buffer.count))], as: UTF8.self)
        }
        writer.flush()
        writer.write(Array("last\n".utf8))
        writer.close()
        text += pipe.readAll()
        let reported = text.split(separator: "\n").compactMap { $0.split(separator: "dropped=").dropFirst().first }
        #expect(reported.compactMap { Int($0) }.reduce(0, +) == dropped)
        #expect(text.hasSuffix("last\n"))
    }
}
