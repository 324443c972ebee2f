/// Rows under headings, each column as wide as its widest cell.
package struct TextTable {
    private let headings: [String]
    private var rows: [[String]] = []

    /// A table without rows.
    package init(_ headings: [String]) { self.headings = headings }

    /// Adds a row, a cell for each heading.
    package mutating func add(_ row: [String]) { rows.append(row) }

    /// The table as lines, without a line end behind the last one.
    package var text: String {
        let widths = headings.indices.map { column in
            ([headings] + rows).map { $0[column].count }.max() ?? 0
        }
        return ([headings] + rows).map { row in
            let line = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
