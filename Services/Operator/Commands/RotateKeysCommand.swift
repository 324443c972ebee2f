import Connections
import Cryptography
import Models
import Service
import Storage

/// `tributary rotate-keys`
enum RotateKeysCommand {
    static let command = Command(
        "rotate-keys", "seals every credential and token again with the current key while everything runs",
        settings: [StandardSettings.postgres, OperatorSettings.keeper, OperatorSettings.keys, OperatorSettings.json]
    ) { call in
        guard let text = call[OperatorSettings.keys] else {
            throw CommandFailure(
                "there is no key ring: set TRIBUTARY_KEYS or TRIBUTARY_KEYS_FILE, the new key first, the old ones behind it",
                exitCode: .usage)
        }
        let keys = try KeyRing(parsing: Secret(text))
        let store = ResealingStore(database: try call.keeperPostgres())
        var total = Count()
        // What a retriever that still has the old key first seals meanwhile is found in the next round.
        for _ in 0..<5 {
            var round = Count()
            for table in SealedRow.Table.allCases {
                try await call.asKeeper { try await reseal(table, keys, store, &round, call) }
            }
            total.resealed += round.resealed
            total.unreadable = round.unreadable
            if round.resealed == 0, round.overtaken == 0 { break }
        }
        let result = RotationResult(
            key: keys.currentKeyID, resealed: total.resealed, unreadable: total.unreadable)
        try call.show(result, result.text)
        guard total.unreadable == 0 else {
            throw CommandFailure("\(total.unreadable) could not be opened and are as they were")
        }
        return .success
    }

    private struct Count {
        var resealed = 0
        var overtaken = 0
        var unreadable = 0
    }

    private static func reseal(
        _ table: SealedRow.Table, _ keys: KeyRing, _ store: ResealingStore, _ count: inout Count, _ call: Invocation
    ) async throws {
        var last: Int64 = 0
        while true {
            let rows = try await store.outdated(in: table, keyID: keys.currentKeyID, after: last, limit: 200)
            guard let end = rows.last else { return }
            for row in rows {
                let opened: Secret
                do {
                    opened = try keys.open(SealedValue(keyID: row.keyID, bytes: row.ciphertext), for: row.purpose)
                } catch {
                    call.terminal.complain("\(table.rawValue) of integration \(row.publicID): \(error)")
                    count.unreadable += 1
                    continue
                }
                let sealed = try keys.seal(opened, for: row.purpose)
                if try await store.replace(row, ciphertext: sealed.bytes, keyID: sealed.keyID) {
                    count.resealed += 1
                } else {
                    count.overtaken += 1
                }
            }
            last = end.integration
        }
    }
}
