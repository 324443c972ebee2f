import Foundation
import Glibc

/// What the system says of a process.
enum ProcessFigures {
    /// Processor time used by `process` and, with `children`, by those it has started: seconds.
    static func seconds(of process: Int32, withChildren: Bool = false) -> Double {
        guard let fields = fields(of: process) else { return 0 }
        let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        var used = fields.user + fields.system
        if withChildren {
            used += fields.endedChildren
            for child in children(of: process) { used += seconds(of: child, withChildren: false) * ticks }
        }
        return used / ticks
    }

    /// A field of /proc/<pid>/status in megabytes, such as `VmRSS` and `VmHWM`.
    static func megabytes(_ field: String, of process: Int32) -> Double {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return 0 }
        for line in text.split(separator: "\n") where line.hasPrefix("\(field):") {
            return (line.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
        }
        return 0
    }

    /// The process that a file of process ids names first.
    static func process(namedIn file: String) -> Int32? {
        (try? String(contentsOfFile: file, encoding: .utf8))?.split(whereSeparator: \.isWhitespace).first
            .flatMap { Int32($0) }
    }

    private static func fields(of process: Int32) -> (
        parent: Int32, user: Double, system: Double, endedChildren: Double
    )? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let name = text.lastIndex(of: ")")
        else { return nil }
        let values = text[name...].dropFirst(2).split(separator: " ")
        guard values.count > 14, let parent = Int32(values[1]) else { return nil }
        let times = values[11...14].map { Double($0) ?? 0 }
        return (parent, times[0], times[1], times[2] + times[3])
    }

    private static func children(of process: Int32) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { fields(of: $0)?.parent == process }
    }
}
