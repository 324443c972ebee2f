import CSimdjson

/// `record` (valid JSON) with every `\u0000` and every lone surrogate escape, which Postgres refuses, replaced by
/// `\uFFFD`, and their number. Nothing else changes, not even the length. Where there is none, and that is found out
/// at the speed of a search for backslashes, the slice itself comes back.
public func sanitisedForPostgres(_ record: ArraySlice<UInt8>) -> (bytes: ArraySlice<UInt8>, replaced: Int) {
    let replaced = record.withUnsafeBufferPointer { tj_replace_unstorable($0.baseAddress, $0.count, nil) }
    guard replaced > 0 else { return (record, 0) }
    var copy = Array(record)
    record.withUnsafeBufferPointer { source in
        copy.withUnsafeMutableBufferPointer { target in
            _ = tj_replace_unstorable(source.baseAddress, source.count, target.baseAddress)
        }
    }
    return (copy[...], replaced)
}
