import Models
import Storage

/// Integration Objects as `status` shows them to a person.
package enum StatusText {
    /// A row for each of `objects`, its times as seen from `now`.
    package static func table(_ objects: [ObjectReport], now: Timestamp) -> String {
        var table = TextTable(["OBJECT", "STATE", "LAST SYNCED", "NEXT DUE", "RECORDS", "REJECTED", "LAST ERROR"])
        for object in objects {
            table.add([
                object.name, object.state, RelativeTime.text(object.lastSyncedAt, now: now),
                RelativeTime.text(object.nextDueAt, now: now, none: "-"), records(of: object),
                String(object.rejected), error(of: object),
            ])
        }
        return table.text
    }

    /// The number of records of `object`, marked where it is not exact.
    package static func records(of object: ObjectReport) -> String {
        (object.recordsAreEstimated ? "~" : "") + String(object.records)
    }

    private static func error(of object: ObjectReport) -> String {
        guard let cause = object.failureCause else { return "" }
        return "\(object.failureClass ?? ""): \(cause)" + (object.failureAdvice.map { " — \($0)" } ?? "")
    }
}
