import Foundation
import Glibc

/// One run of a target over its inputs.
struct FuzzRun {
    var target: any FuzzTarget
    let name: String
    let seed: UInt64
    /// Milliseconds that an input may take of the processor.
    let limit: Int

    func perform(_ numbers: Range<Int>) {
        var target = target
        Witness.watch(name: name, limit: limit)
        var accepted = 0
        var slowest = (milliseconds: 0.0, number: 0)
        let started = ContinuousClock.now
        for number in numbers {
            Witness.begin(number)
            var random = SeededRandom(seed: seed &* 0x1_0000_0001_B3 &+ UInt64(number))
            let before = Self.processorTime()
            if target.feed(&random) { accepted += 1 }
            let milliseconds = Self.processorTime() - before
            if milliseconds > slowest.milliseconds { slowest = (milliseconds, number) }
            // The watch ends what never comes back; this tells what came back too late.
            if milliseconds > Double(limit) {
                print("\(name): input \(number) of seed \(seed) took \(Int(milliseconds)) ms")
                exit(1)
            }
            if (number + 1) % 100_000 == 0 {
                print("\(name): \(number + 1) inputs, \(started.duration(to: .now))")
                fflush(nil)
            }
        }
        Witness.end()
        print(
            "\(name): \(numbers.count) inputs of seed \(seed), \(accepted) accepted, no crash; the slowest took "
                + "\(Double(Int(slowest.milliseconds * 10)) / 10) ms (input \(slowest.number)); "
                + "peak memory \(Self.peak()) MB; \(started.duration(to: .now))")
        fflush(nil)
    }

    /// Of this thread, so that a busy machine makes nothing slow.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }

    /// The most megabytes that the process has ever had resident.
    private static func peak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) >> 10
    }
}

/// Tells which input it was when the process ends, and ends it when an input never does.
enum Witness {
    /// Read by signal handlers and the watching thread; written by the one thread that feeds.
    private nonisolated(unsafe) static let current = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    private nonisolated(unsafe) static var isWatching = false

    static func watch(name: String, limit: Int) {
        current.pointee = -1
        guard !isWatching else { return }
        isWatching = true
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
            signal(number) { number in
                Witness.report("\nit crashed; ")
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        Thread.detachNewThread {
            var last = (number: -1, since: ContinuousClock.now)
            while true {
                Thread.sleep(forTimeInterval: 1)
                let number = current.pointee
                if number != last.number || number < 0 {
                    last = (number, .now)
                } else if last.since.duration(to: .now) > .seconds(60) + .milliseconds(limit) {
                    report("\nit never ends; ")
                    _exit(1)
                }
            }
        }
    }

    static func begin(_ number: Int) { current.pointee = number }
    static func end() { current.pointee = -1 }

    /// Only what a signal handler may do.
    private static func report(_ what: StaticString) {
        write(2, what.utf8Start, what.utf8CodeUnitCount)
        let words: StaticString = "input "
        write(2, words.utf8Start, words.utf8CodeUnitCount)
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        withUnsafeMutableBytes(of: &digits) { buffer in
            var rest = max(0, current.pointee)
            var place = buffer.count - 1
            buffer[place] = 10
            repeat {
                place -= 1
                buffer[place] = UInt8(48 + rest % 10)
                rest /= 10
            } while rest > 0
            write(2, buffer.baseAddress?.advanced(by: place), buffer.count - place)
        }
    }
}
