import Foundation
import JSON

/// Compares this project's JSON parser with Foundation's over mutated inputs. Exits 1 at the first difference that
/// was not decided.
@main
struct JSONDifferential {
    static func main() {
        let options: Options
        do {
            options = try Options(CommandLine.arguments.dropFirst())
        } catch {
            print(error.what)
            exit(2)
        }
        if options.isMeasuring {
            do {
                try Figures().print()
            } catch {
                print(error)
                exit(1)
            }
            exit(0)
        }
        exit(Run(options: options).perform() ? 0 : 1)
    }
}

/// What the command was asked to do.
struct Options {
    static let usage =
        "usage: json-differential [--count N] [--seed N] [--only INPUT] [--show] [--accepted FILE] | --figures"
    var count = 1_000_000
    var seed: UInt64 = 1
    /// The number of one input of the run, to look at it alone.
    var only: Int?
    /// Print the input that differs.
    var isShowing = false
    /// Measure instead of comparing.
    var isMeasuring = false
    /// Where to write what was accepted, sanitised for Postgres, as hexadecimal lines.
    var acceptedFile: String?

    init(_ arguments: ArraySlice<String>) throws(Disagreement) {
        var rest = arguments
        while let option = rest.popFirst() {
            switch option {
            case "--count": count = try Self.number(rest.popFirst())
            case "--seed": seed = UInt64(try Self.number(rest.popFirst()))
            case "--only": only = try Self.number(rest.popFirst())
            case "--show": isShowing = true
            case "--figures": isMeasuring = true
            case "--accepted": acceptedFile = rest.popFirst()
            default: throw Disagreement(what: Self.usage)
            }
        }
    }

    private static func number(_ text: String?) throws(Disagreement) -> Int {
        guard let text, let number = Int(text), number >= 0 else { throw Disagreement(what: usage) }
        return number
    }
}
