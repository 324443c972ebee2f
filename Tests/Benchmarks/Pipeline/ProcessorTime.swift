import Foundation
import Glibc
import Pipeline

/// Who used the processors between two moments: the profile of a run in its coarsest and most honest form.
struct ProcessorTime {
    private var parts: [(name: String, process: Int32, withChildren: Bool)] = []
    private var before: [Double] = []

    /// Watches `services` and, where their files are found, Postgres and the broker.
    init(_ services: [ServiceProcess]) {
        parts = services.map { ($0.name, $0.identifier, false) }
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["TRIBUTARY_TEST_POSTGRES_DIRECTORY"],
            let process = ProcessFigures.process(namedIn: "\(folder)/data/postmaster.pid")
        {
            parts.append(("postgres", process, true))
        }
        if let broker = Self.broker { parts.append(("broker", broker, true)) }
        parts.append(("page server", getpid(), false))
        before = now()
    }

    /// The broker's process, where its file is found.
    static var broker: Int32? {
        ProcessInfo.processInfo.environment["TRIBUTARY_TEST_BROKER_DIRECTORY"].flatMap {
            ProcessFigures.process(namedIn: "\($0)/broker.pid")
        }
    }

    private func now() -> [Double] {
        parts.map { ProcessFigures.seconds(of: $0.process, withChildren: $0.withChildren) }
    }

    /// Processor seconds since the start, by part.
    func used() -> [(name: String, value: Double)] {
        zip(parts, zip(before, now())).map { ("\($0.name)_cpu_s", $1.1 - $1.0) }
    }
}
