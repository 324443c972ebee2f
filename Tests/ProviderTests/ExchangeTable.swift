import Catalog
import Exchanges
import Models
import Operator

/// What the exchanges of each provider show, as a table.
struct ExchangeTable {
    private struct Row {
        var objects = 0
        var files = 0
        var played = 0
        var requests = 0
        var kinds: [ExchangeKind: Int] = [:]

        static func + (left: Row, right: Row) -> Row {
            Row(
                objects: left.objects + right.objects, files: left.files + right.files,
                played: left.played + right.played, requests: left.requests + right.requests,
                kinds: left.kinds.merging(right.kinds, uniquingKeysWith: +))
        }

        func cells(_ name: String) -> [String] {
            [name, "\(objects)", "\(files)", "\(played)", "\(requests)"]
                + ExchangeKind.allCases.map { kinds[$0].map(String.init) ?? "-" }
        }
    }

    private var rows: [String: Row] = [:]

    /// A table of the providers of `catalog`.
    init(_ catalog: CatalogFolder) {
        for (name, provider) in catalog.providers { rows[name] = Row(objects: provider.objectNames.count) }
    }

    /// The providers that have exchanges that were played as written.
    var providers: Int { rows.values.filter { $0.played > 0 }.count }
    /// The objects of these providers.
    var objects: Int { rows.values.filter { $0.played > 0 }.reduce(0) { $0 + $1.objects } }
    /// The files that were played as written.
    var played: Int { rows.values.reduce(0) { $0 + $1.played } }

    /// Counts an exchange file.
    mutating func add(_ script: ExchangeScript, isGreen: Bool) {
        var row = rows[script.provider] ?? Row()
        row.files += 1
        row.played += isGreen ? 1 : 0
        row.requests += script.steps.reduce(0) { $0 + $1.count }
        for kind in ExchangeKind.kinds(of: script) { row.kinds[kind, default: 0] += 1 }
        rows[script.provider] = row
    }

    /// The table.
    var text: String {
        var table = TextTable(
            ["PROVIDER", "OBJECTS", "FILES", "PLAYED", "REQUESTS"]
                + ExchangeKind.allCases.map { $0.rawValue.uppercased() })
        for (name, row) in rows.sorted(by: { $0.key < $1.key }) { table.add(row.cells(name)) }
        table.add(rows.values.reduce(Row(), +).cells("\(rows.count) providers"))
        return table.text
    }
}
