/// A configuration file: `KEY=value` a line, as `docker --env-file` reads it; `#` starts a comment line; a value may
/// stand in single or double quotes, which are taken off.
struct EnvironmentFile {
    /// The value and the line (from 1) of each key; the last one counts.
    var values: [String: (text: String, line: Int)] = [:]
    /// What is wrong, as "line N: …".
    var problems: [String] = []

    /// Parses the text of a file.
    init(_ text: String) {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, line) in lines.enumerated() {
            var content = line.trimmed
            if content.isEmpty || content.hasPrefix("#") { continue }
            if content.hasPrefix("export ") { content = content.dropFirst(7) }
            guard let equals = content.firstIndex(of: "="), equals > content.startIndex else {
                problems.append("line \(index + 1): write KEY=value")
                continue
            }
            let key = String(content[..<equals].trimmed)
            var value = content[content.index(after: equals)...].trimmed
            if value.count >= 2, let quote = value.first, quote == "\"" || quote == "'", value.last == quote {
                value = value.dropFirst().dropLast()
            }
            values[key] = (String(value), index + 1)
        }
    }
}
