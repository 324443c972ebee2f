import Foundation
import JSON

/// One run over all inputs. Input `n` of a seed is always the same, whatever the count.
struct Run {
    let options: Options

    /// True where no difference was left undecided.
    func perform() -> Bool {
        var examination = Examination()
        var bytes = 0
        var longest = 0
        var accepted: [UInt8] = []
        let started = ContinuousClock.now
        let numbers = options.only.map { $0..<($0 + 1) } ?? 0..<options.count
        for number in numbers {
            let input = input(number)
            bytes += input.count
            longest = max(longest, input.count)
            if let problem = examination.examine(input) {
                print(
                    "input \(number) of seed \(options.seed) (\(input.count) bytes, FNV-1a \(fnv(input))): \(problem)")
                print("look at it with: json-differential --seed \(options.seed) --only \(number) --show")
                if options.isShowing { print(String(decoding: input, as: UTF8.self).debugDescription, input) }
                return false
            }
            if options.isShowing, options.only != nil {
                print(String(decoding: input, as: UTF8.self).debugDescription, input)
            }
            if options.acceptedFile != nil, (try? JSONDocument(input)) != nil { append(input, to: &accepted) }
            if (number + 1) % 100_000 == 0 { print("\(number + 1) inputs, \(started.duration(to: .now))") }
        }
        print("\(numbers.count) inputs of seed \(options.seed), \(bytes) bytes, the longest \(longest)")
        print("accepted \(examination.accepted), refused \(examination.refused); decided differences:")
        for difference in DecidedDifference.allCases {
            print("  \(examination.decided[difference, default: 0])  \(difference.rawValue)")
        }
        print("undecided differences: 0")
        guard let file = options.acceptedFile else { return true }
        return FileManager.default.createFile(atPath: file, contents: Data(accepted))
    }

    private func input(_ number: Int) -> [UInt8] {
        let seed = options.seed &* 0x1_0000_0001_B3 &+ UInt64(number)
        var generator = Generator(random: SeededGenerator(seed: seed))
        let document = generator.document()
        let other = generator.document()
        var mutator = Mutator(random: generator.random)
        return mutator.damage(document, with: other)
    }

    private func append(_ input: [UInt8], to lines: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        let skipped = input.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        for byte in sanitisedForPostgres(input.dropFirst(skipped)).bytes {
            lines.append(digits[Int(byte >> 4)])
            lines.append(digits[Int(byte & 15)])
        }
        lines.append(UInt8(ascii: "\n"))
    }

    private func fnv(_ input: [UInt8]) -> String {
        String(input.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 16)
    }
}
