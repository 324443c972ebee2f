/// Finds the name that a mistyped one was probably meant to be.
public enum NearestName {
    /// The candidate with the fewest edits from `name`, if these are few for its length.
    static func to(_ name: String, among candidates: some Sequence<String>) -> String? {
        let best = candidates.map { ($0, distance(Array(name), Array($0))) }.min { $0.1 < $1.1 }
        guard let best, best.1 <= max(2, name.count / 3), best.1 < name.count else { return nil }
        return best.0
    }

    /// "; did you mean X?" or nothing.
    public static func suggestion(_ name: String, among candidates: some Sequence<String>) -> String {
        to(name, among: candidates).map { "; did you mean \($0)?" } ?? ""
    }

    /// Levenshtein's distance.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (i, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let substituted = diagonal + (character == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
