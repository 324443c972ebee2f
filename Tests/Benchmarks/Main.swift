import Foundation
import Glibc

/// Measures Tributary; `deploy/bench` builds it and runs it with a Postgres and a broker.
@main struct Main {
    static func main() async {
        do {
            let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
            if arguments.isHelp {
                print(Arguments.help)
                return
            }
            var report = Report()
            for name in arguments.names {
                print("… \(name)")
                fflush(nil)
                try await run(name, arguments, &report)
            }
            print("\n\(report.table)")
            if let file = arguments.json { try report.json().write(to: URL(fileURLWithPath: file)) }
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ name: String, _ arguments: Arguments, _ report: inout Report) async throws {
        switch name {
        case "end-to-end": try await EndToEnd.run(records: arguments.records, report: &report)
        case "stages": try await Stages.run(records: arguments.records, report: &report)
        case "components": report.add(try await Components.run())
        case "scheduler": report.add(try await SchedulerBenchmark.run(objects: arguments.objects))
        case "fairness": try await Fairness.run(records: arguments.backfill, report: &report)
        case "memory": report.add(try await RetrieverMemory.run(runs: arguments.runs))
        case "interpretation": report.add(try await Interpretation.run(records: arguments.records / 2))
        case "idle": report.add([try await Idle.run(integrations: arguments.runs)])
        default: throw BenchmarkError("there is no benchmark '\(name)'; --help lists them")
        }
    }
}
