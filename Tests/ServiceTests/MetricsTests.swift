import MemoryAllocator
import Service
import Testing

@Suite struct MetricsTests {
    private let metrics = Metrics()

    @Test func theTextFormatIsThatOfPrometheus() {
        metrics.counter("tributary_pages_total", "Pages\nfetched.", ["provider": "a\"b\\c\nd"]).increment(by: 3)
        metrics.counter("tributary_pages_total", "Pages\nfetched.", ["provider": "z"]).increment()
        metrics.gauge("tributary_waiting_runs", "Runs.").set(1.5)
        let histogram = metrics.histogram("tributary_page_seconds", "Time.", ["kind": "x"], buckets: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 2] { histogram.observe(value) }
        #expect(
            PrometheusText.render(metrics) == #"""
                # HELP tributary_page_seconds Time.
                # TYPE tributary_page_seconds histogram
                tributary_page_seconds_bucket{kind="x",le="0.1"} 2
                tributary_page_seconds_bucket{kind="x",le="1"} 3
                tributary_page_seconds_bucket{kind="x",le="+Inf"} 4
                tributary_page_seconds_sum{kind="x"} 2.65
                tributary_page_seconds_count{kind="x"} 4
                # HELP tributary_pages_total Pages\nfetched.
                # TYPE tributary_pages_total counter
                tributary_pages_total{provider="a\"b\\c\nd"} 3
                tributary_pages_total{provider="z"} 1
                # HELP tributary_waiting_runs Runs.
                # TYPE tributary_waiting_runs gauge
                tributary_waiting_runs 1.5

                """#)
    }

    @Test func theSameNameAndLabelsGiveTheSameHandle() {
        let first = metrics.counter("a_total", "", ["x": "1", "y": "2"])
        let second = metrics.counter("a_total", "", ["y": "2", "x": "1"])
        #expect(first === second)
        #expect(first !== metrics.counter("a_total", "", ["x": "1", "y": "3"]))
    }

    @Test func countersNeverFall() {
        let counter = metrics.counter("a_total", "")
        counter.increment(by: 2)
        counter.increment(by: -5)
        #expect(counter.value == 2)
    }

    @Test func countsFromManyTasksAreAllKept() async {
        let counter = metrics.counter("a_total", "")
        let gauge = metrics.gauge("g", "")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment()
                        gauge.add(1)
                    }
                }
            }
        }
        #expect(counter.value == 80_000)
        #expect(gauge.value == 80_000)
    }

    @Test func whatIsGoneCanBeForgotten() {
        metrics.gauge("g", "", ["a": "1"]).set(1)
        metrics.gauge("g", "", ["a": "2"]).set(2)
        metrics.remove("g", ["a": "1"])
        #expect(!PrometheusText.render(metrics).contains("a=\"1\""))
        #expect(PrometheusText.render(metrics).contains("a=\"2\""))
    }

    @Test func theProcessIsMeasured() throws {
        ProcessMetrics.add(to: metrics)
        let text = PrometheusText.render(metrics)
        func value(_ name: String) throws -> Double {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + " ") })
            return try #require(Double(line.split(separator: " ")[1]))
        }
        #expect(try value("process_resident_memory_bytes") > 1_000_000)
        #expect(try value("tributary_heap_resident_bytes") >= value("tributary_heap_allocated_bytes"))
        #expect(try value("process_open_fds") >= 3)
        #expect(try value("process_threads") >= 1)
        #expect(try value("process_cpu_seconds_total") >= 0)
        #expect(text.contains("# TYPE process_cpu_seconds_total counter"))
        let age = Double(SystemClock().now.microseconds) / 1e6 - (try value("process_start_time_seconds"))
        #expect(age > -5 && age < 86_400)
    }

    @Test("what this program allocates is allocated by jemalloc")
    func theAllocatorIsTheLinkedOne() throws {
        let before = try #require(MemoryAllocator.statistics()).allocated
        let block = [UInt8](repeating: 1, count: 50_000_000)
        let during = try #require(MemoryAllocator.statistics()).allocated
        // Other tests run meanwhile and free what they had.
        #expect(during - before > block.count / 2)
    }
}
