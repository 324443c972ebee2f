import Foundation
import Synchronization

/// What one customer has at the scripted provider: four objects that change while they are read.
final class ScriptedTenant: Sendable {
    struct Page {
        var items: [String]
        var next: String?
    }

    private struct State {
        var records: [ScriptedObject: [ScriptedRecord]] = [:]
        /// Order by time, computed when asked for and forgotten when anything changes.
        var byTime: [ScriptedObject: [Int]] = [:]
        var lastTime: Int64 = 0

        /// A time that is never before an earlier one.
        mutating func tick() -> Int64 {
            lastTime = max(lastTime, Int64(Date().timeIntervalSince1970 * 1000))
            return lastTime
        }

        mutating func order(_ object: ScriptedObject) -> [Int] {
            if let order = byTime[object] { return order }
            let all = records[object] ?? []
            let order = all.indices.sorted { (all[$0].updatedAt, $0) < (all[$1].updatedAt, $1) }
            byTime[object] = order
            return order
        }
    }

    let name: String
    private let state: Mutex<State>

    /// A tenant with so many records of each object. Runs of 250 records share one timestamp, across page borders.
    init(name: String, counts: [ScriptedObject: Int]) {
        self.name = name
        var state = State()
        let start = Int64(Date().timeIntervalSince1970 * 1000) - 86_400_000
        for (object, count) in counts {
            state.records[object] = (0..<count).map {
                ScriptedRecord(number: $0, updatedAt: start + Int64($0 / 250) * 1000)
            }
        }
        self.state = Mutex(state)
    }

    /// Changes some records: most get another revision, some are deleted or come back, some are new.
    func change(_ count: Int, seed: UInt64) {
        var random = ScriptedRandom(seed: seed)
        state.withLock { state in
            let now = state.tick()
            for _ in 0..<count {
                guard let object = ScriptedObject.allCases.randomElement(using: &random),
                    let total = state.records[object]?.count, total > 0
                else { continue }
                if random.happens(0.05) {
                    state.records[object]?.append(ScriptedRecord(number: total, updatedAt: now))
                } else {
                    let index = Int.random(in: 0..<total, using: &random)
                    state.records[object]?[index].revision += 1
                    state.records[object]?[index].updatedAt = now
                    if random.happens(0.1) { state.records[object]?[index].isDeleted.toggle() }
                }
                state.byTime[object] = nil
            }
        }
    }

    /// All records of an object.
    func records(_ object: ScriptedObject) -> [ScriptedRecord] { state.withLock { $0.records[object] ?? [] } }

    /// A record as the provider writes it now.
    func json(_ object: ScriptedObject, _ record: ScriptedRecord) -> String {
        // References point to records that were there from the start.
        object.json(record, tenant: name, accounts: 100, contacts: 100)
    }

    func page(_ object: ScriptedObject, since: Int64?, after: String?, cursor: String?, offset: Int, limit: Int) -> Page
    {
        state.withLock { state in
            let all = state.records[object] ?? []
            func isWanted(_ record: ScriptedRecord) -> Bool { since.map { record.updatedAt >= $0 } ?? true }
            switch object {
            case .accounts, .events:
                let start = after.flatMap { Int($0.dropFirst()) }.map { $0 + 1 } ?? 0
                let found = all.dropFirst(start).lazy.filter(isWanted).prefix(limit)
                return Page(items: found.map { json(object, $0) }, next: found.last.map { object.id($0.number) })
            case .contacts:
                let parts = (cursor ?? "").split(separator: "_").compactMap { Int64($0) }
                let order = state.order(object)
                let found = order.lazy.map { all[$0] }.filter { record in
                    guard isWanted(record) else { return false }
                    guard parts.count == 2 else { return true }
                    return (record.updatedAt, Int64(record.number)) > (parts[0], parts[1])
                }.prefix(limit)
                let next = found.last.map { "\($0.updatedAt)_\($0.number)" }
                return Page(items: found.map { json(object, $0) }, next: found.count == limit ? next : nil)
            case .deals:
                let found = state.order(object).lazy.map { all[$0] }.filter(isWanted).dropFirst(offset).prefix(limit)
                return Page(items: found.map { json(object, $0) }, next: nil)
            }
        }
    }
}
