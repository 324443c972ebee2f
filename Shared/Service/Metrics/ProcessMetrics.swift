import FoundationEssentials
import Glibc
import MemoryAllocator

/// What Prometheus' client libraries report about a process, read from /proc when asked for.
public enum ProcessMetrics {
    /// Adds the metrics of this process.
    public static func add(to metrics: Metrics) {
        let resident = metrics.gauge("process_resident_memory_bytes", "Resident memory size in bytes.")
        let descriptors = metrics.gauge("process_open_fds", "Number of open file descriptors.")
        let start = metrics.gauge("process_start_time_seconds", "Start time since the Unix epoch in seconds.")
        let cpu = metrics.copiedCounter("process_cpu_seconds_total", "User and system CPU time spent in seconds.")
        let threads = metrics.gauge("process_threads", "Number of threads.")
        let dropped = metrics.copiedCounter(
            "tributary_log_lines_dropped_total", "Log lines dropped because the reader of the log is too slow.")
        let allocated = metrics.gauge("tributary_heap_allocated_bytes", "Bytes allocated and not freed.")
        let heap = metrics.gauge("tributary_heap_resident_bytes", "Resident bytes of the memory allocator.")
        let startTime = startTimeSeconds() ?? 0
        metrics.onRender {
            dropped.set(LogWriter.standardError.droppedLines)
            let fields = statistics("/proc/self/stat")
            if let pages = field(fields, 23) { resident.set(pages * Double(sysconf(Int32(_SC_PAGESIZE)))) }
            if let count = field(fields, 19) { threads.set(count) }
            if let user = field(fields, 13), let system = field(fields, 14) {
                cpu.set((user + system) / Double(sysconf(Int32(_SC_CLK_TCK))))
            }
            if let entries = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
                descriptors.set(entries.count)
            }
            if let statistics = MemoryAllocator.statistics() {
                allocated.set(statistics.allocated)
                heap.set(statistics.resident)
            }
            start.set(startTime)
        }
    }

    /// The fields of a line of /proc/…/stat from number 0; the second, the program's name in parentheses, may hold
    /// spaces, so counting starts behind it.
    static func statistics(_ path: String) -> [Substring] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), let close = text.lastIndex(of: ")") else {
            return []
        }
        return ["", ""] + text[close...].dropFirst().split { $0 == " " || $0 == "\n" }
    }

    private static func field(_ fields: [Substring], _ index: Int) -> Double? {
        fields.indices.contains(index) ? Double(fields[index]) : nil
    }

    private static func startTimeSeconds() -> Double? {
        guard let ticks = field(statistics("/proc/self/stat"), 21),
            let boot = try? String(contentsOfFile: "/proc/stat", encoding: .utf8)
                .split(separator: "\n").first(where: { $0.hasPrefix("btime ") }).flatMap({ Double($0.dropFirst(6)) })
        else { return nil }
        return boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
