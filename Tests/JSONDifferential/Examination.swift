import JSON

/// Compares the two parsers on one input.
struct Examination {
    private(set) var decided: [DecidedDifference: Int] = [:]
    private(set) var accepted = 0
    private(set) var refused = 0

    /// Compares the verdicts and values of `input`; returns what is wrong, or nil where the parsers agree or differ
    /// in a decided way.
    mutating func examine(_ input: [UInt8]) -> String? {
        do {
            if let problem = try examine(input, repairs: 0) { return problem }
            return nil
        } catch {
            return error.what
        }
    }

    private mutating func examine(_ input: [UInt8], repairs: Int) throws(Disagreement) -> String? {
        let (ours, document) = try Reading.ours(input)
        if repairs == 0 { if document == nil { refused += 1 } else { accepted += 1 } }
        switch (ours, Reading.foundation(input)) {
        case (.refused, .refused): return nil
        case (.value(let ours), .value(let theirs)):
            switch Comparison.of(ours: ours, theirs: theirs) {
            case .same: return nil
            case .rounded:
                decided[.rounding, default: 0] += 1
                return nil
            case .different:
                let problem = "both accept and read different values"
                guard let repaired = DecidedDifference.withoutInnerMark(input),
                    repairs < DecidedDifference.allCases.count
                else { return problem }
                decided[.innerMark, default: 0] += 1
                return try examine(repaired, repairs: repairs + 1).map { "\(problem), without U+FEFF too: \($0)" }
            }
        case (.refused, .value), (.value, .refused):
            let verdict =
                document == nil ? "refused here, accepted by Foundation" : "accepted here, refused by Foundation"
            // One input can hold every kind at once, so each repair may uncover another.
            guard repairs < DecidedDifference.allCases.count,
                let (difference, repaired) = DecidedDifference.explain(input, ours: document)
            else { return verdict }
            decided[difference, default: 0] += 1
            guard let repaired else { return nil }
            return try examine(repaired, repairs: repairs + 1).map {
                "\(verdict); without \(difference.rawValue): \($0)"
            }
        }
    }
}
