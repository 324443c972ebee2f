import Models

/// Known in all of this module.
typealias NearestName = Models.NearestName

extension NearestName {
    /// Advice for a name that is not among `candidates`: the nearest one, or all of them.
    static func advice(for name: String, among candidates: [String]) -> String {
        if let nearest = of(name, among: candidates) { return "did you mean '\(nearest)'?" }
        if candidates.isEmpty { return "remove it" }
        return "use one of: \(candidates.sorted().joined(separator: ", "))"
    }
}
