import JSON

extension Components {
    /// A page is validated and split into its records, and of each the id and the time of modification are read.
    static func scan() throws -> Figure {
        let page = Array(SamplePages.body.utf8)
        let path = try JSONPath("items")
        var bytes = 0
        var records = 0
        let start = ContinuousClock.now
        var elapsed = 0.0
        while elapsed < 2 {
            for _ in 0..<100 {
                let document = try JSONDocument(page)
                for record in try document.records(at: path) {
                    guard record["id"]?.string != nil, record["updated_at"]?.string != nil else {
                        throw BenchmarkError("a record has no id")
                    }
                    records += record.bytes.isEmpty ? 0 : 1
                }
                bytes += page.count
            }
            elapsed = (ContinuousClock.now - start) / .seconds(1)
        }
        return Figure(
            "scan_bytes_per_s", Double(bytes) / elapsed,
            ["page_bytes": Double(page.count), "records_per_s": Double(records) / elapsed, "seconds": elapsed])
    }
}
