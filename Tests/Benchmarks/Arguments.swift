/// What the command line asks for.
struct Arguments {
    static let all = [
        "end-to-end", "stages", "fairness", "components", "scheduler", "memory", "interpretation", "idle",
    ]
    static let help = """
        deploy/bench [OPTIONS] [NAMES...]: all benchmarks, or those named:
          end-to-end     pages of a server to matched and published rows, beside psql \\copy of the same rows
          stages         retriever and processor one after the other
          fairness       small syncs of one customer alone and beside another customer's backfill
          components     scan, fetch, produce, consume, upsert
          scheduler      due scan, dispatches, lateness with a million Integration Objects
          memory         a retriever with a thousand runs waiting on slow pages
          interpretation an elaborate definition beside the plainest, the same records
          idle           a thousand integrations that are not due, beside none
        --json FILE    the figures for machines
        --records N    records of end-to-end and stages (100000)
        --backfill N   records of fairness's backfill (500000)
        --objects N    Integration Objects of scheduler (1000000)
        --runs N       runs of memory (1000)
        """

    var names: [String] = []
    var json: String?
    var records = 100_000
    var backfill = 500_000
    var objects = 1_000_000
    var runs = 1_000
    var isHelp = false

    /// - Throws: `BenchmarkError` naming what is wrong.
    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": isHelp = true
            case "--json": json = try Self.value(of: argument, &rest)
            case "--records": records = try Self.number(of: argument, &rest)
            case "--backfill": backfill = try Self.number(of: argument, &rest)
            case "--objects": objects = try Self.number(of: argument, &rest)
            case "--runs": runs = try Self.number(of: argument, &rest)
            case _ where argument.hasPrefix("-"):
                throw BenchmarkError("there is no option \(argument); --help lists them")
            default:
                guard Self.all.contains(argument) else {
                    throw BenchmarkError(
                        "there is no benchmark '\(argument)'; there are \(Self.all.joined(separator: ", "))")
                }
                names.append(argument)
            }
        }
        if names.isEmpty { names = Self.all }
    }

    private static func value(of option: String, _ rest: inout ArraySlice<String>) throws -> String {
        guard let value = rest.popFirst() else { throw BenchmarkError("\(option) needs a value") }
        return value
    }

    private static func number(of option: String, _ rest: inout ArraySlice<String>) throws -> Int {
        let text = try value(of: option, &rest)
        guard let number = Int(text), number > 0 else {
            throw BenchmarkError("\(option) needs a number, not '\(text)'")
        }
        return number
    }
}
