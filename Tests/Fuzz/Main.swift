import Foundation

/// Feeds damaged input to what reads definitions and providers' answers: nothing may end the process, and nothing may
/// take longer than the limit. Input `n` of a seed is always the same, whatever the count.
@main
struct Fuzz {
    static let usage =
        "usage: fuzz [--count N] [--seed N] [--only INPUT] [--limit MILLISECONDS] [expressions] [definitions] [bodies] [timestamps]"

    static func main() {
        var count = 1_000_000
        var seed = 1
        var only: Int?
        var limit = 2000
        var names: [String] = []
        var arguments = CommandLine.arguments.dropFirst()
        func number() -> Int {
            guard let text = arguments.popFirst(), let number = Int(text), number >= 0 else { refuse() }
            return number
        }
        while let argument = arguments.popFirst() {
            switch argument {
            case "--count": count = number()
            case "--seed": seed = number()
            case "--only": only = number()
            case "--limit": limit = max(1, number())
            default:
                guard FuzzTargets.names.contains(argument) else { refuse() }
                names.append(argument)
            }
        }
        for name in names.isEmpty ? FuzzTargets.names : names {
            do {
                guard let target = try FuzzTargets.target(name) else { refuse() }
                FuzzRun(target: target, name: name, seed: UInt64(seed), limit: limit)
                    .perform(only.map { $0..<$0 + 1 } ?? 0..<count)
            } catch {
                print("\(name): \(error)")
                exit(1)
            }
        }
    }

    private static func refuse() -> Never {
        print(usage)
        exit(2)
    }
}

/// What can be fed.
enum FuzzTargets {
    static let names = ["expressions", "definitions", "bodies", "timestamps"]

    static func target(_ name: String) throws -> (any FuzzTarget)? {
        switch name {
        case "expressions": try ExpressionTarget()
        case "definitions": try DefinitionTarget()
        case "bodies": try BodyTarget()
        case "timestamps": TimestampTarget()
        default: nil
        }
    }
}

/// Something that reads input from outside.
protocol FuzzTarget {
    /// Makes one input and feeds it. Returns whether it was accepted, by whatever that means.
    mutating func feed(_ random: inout SeededRandom) -> Bool
}
