import Models

extension MemoryDataSession {
    func upsert(_ role: EntityRole, _ rows: [EntityRow], now: Timestamp) -> [PublicID] {
        write(role, rows, now: now) { stored, row in
            stored.isDeleted || stored.row.source.interaction == row.source.interaction
                || stored.row.source < row.source
        }
    }

    func replace(_ role: EntityRole, _ rows: [EntityRow], now: Timestamp) {
        _ = write(role, rows, now: now) { _, _ in true }
    }

    private func write(
        _ role: EntityRole, _ rows: [EntityRow], now: Timestamp,
        when condition: (MemoryDataTables.Entity, EntityRow) -> Bool
    ) -> [PublicID] {
        withTables { tables in
            var written: [PublicID] = []
            for row in rows {
                let stored = tables.entities[role]?[row.id]
                if let stored, !condition(stored, row) { continue }
                tables.entities[role, default: [:]][row.id] = .init(
                    row: row, revision: (stored?.revision ?? 0) + 1, changedAt: now, isDeleted: false)
                written.append(row.id)
            }
            return written
        }
    }

    func upsert(_ type: InteractionType, _ rows: [TypedRow], now: Timestamp) {
        withTables { tables in
            for row in rows {
                let revision = tables.records[type]?[row.key]?.revision ?? 0
                tables.records[type, default: [:]][row.key] = .init(
                    row: row, revision: revision + 1, changedAt: now, isDeleted: false)
            }
        }
    }

    func delete(_ type: InteractionType, _ keys: [InteractionKey], now: Timestamp) -> [InteractionKey] {
        withTables { tables in
            keys.filter { key in
                guard var record = tables.records[type]?[key], !record.isDeleted else { return false }
                record.isDeleted = true
                record.revision += 1
                record.changedAt = now
                tables.records[type]?[key] = record
                return true
            }
        }
    }

    func described(_ role: EntityRole, _ ids: [PublicID], by sources: [InteractionKey]) -> [PublicID] {
        withTables { tables in
            ids.filter { id in
                guard let entity = tables.entities[role]?[id], !entity.isDeleted else { return false }
                return sources.contains(entity.row.source.interaction)
            }
        }
    }

    func sources(_ role: EntityRole, of ids: [PublicID]) -> [EntitySource] {
        withTables { tables in
            tables.matches.values.compactMap { match in
                guard match.isLive, match.row.source.role == role, ids.contains(match.row.entity),
                    let stored = tables.interactions[match.row.source.interaction], stored.row.deletedAt == nil,
                    let payload = stored.row.payload
                else { return nil }
                return EntitySource(
                    entity: match.row.entity,
                    source: SourcePrecedence(
                        modified: stored.row.version.version.precedence(modifiedAt: stored.row.modifiedAt),
                        interaction: match.row.source.interaction),
                    definition: stored.row.definition, payload: [UInt8](payload))
            }
        }
    }

    func delete(_ role: EntityRole, _ ids: [PublicID], now: Timestamp) {
        withTables { tables in
            for id in ids {
                guard var entity = tables.entities[role]?[id], !entity.isDeleted else { continue }
                entity.isDeleted = true
                entity.revision += 1
                entity.changedAt = now
                tables.entities[role]?[id] = entity
            }
        }
    }

    func linkAwaiting(_ targets: [LinkTarget], now: Timestamp) -> [OutboxEntry] {
        withTables { tables in
            var linked: [OutboxEntry] = []
            for target in targets {
                for (type, rows) in tables.records {
                    for (key, record) in rows {
                        var record = record
                        let link = target.role == .account ? record.row.account : record.row.contact
                        guard
                            let better = target.link(
                                link, integrationID: record.row.integrationID, customerID: record.row.customerID)
                        else { continue }
                        if target.role == .account { record.row.account = better } else { record.row.contact = better }
                        record.revision += 1
                        record.changedAt = now
                        tables.records[type]?[key] = record
                        linked.append(
                            OutboxEntry(
                                type: type, customerID: record.row.customerID,
                                keys: .records(objectID: key.objectID, externalIDs: [key.externalID])))
                    }
                }
                guard target.role == .account else { continue }
                for (id, contact) in tables.entities[.contact] ?? [:] {
                    var contact = contact
                    guard
                        let better = target.link(
                            contact.row.account, integrationID: contact.row.integrationID,
                            customerID: contact.row.customerID)
                    else { continue }
                    contact.row.account = better
                    contact.revision += 1
                    contact.changedAt = now
                    tables.entities[.contact]?[id] = contact
                    linked.append(
                        OutboxEntry(type: .contacts, customerID: contact.row.customerID, keys: .entities([id])))
                }
            }
            return linked
        }
    }
}

extension LinkTarget {
    /// The link with this target, where it waits for it.
    fileprivate func link(_ link: RecordLink?, integrationID: Int64, customerID: Int64) -> RecordLink? {
        guard var link else { return nil }
        switch name {
        case .external(let reference):
            guard link.reference.externalID == reference.externalID, integrationID == reference.integrationID,
                link.rule != .externalID
            else { return nil }
            link.rule = .externalID
        case .identity(let customer, let value):
            guard link.reference.identity == value, customerID == customer, link.entity == nil else { return nil }
            link.rule = role == .account ? .domain : .email
        }
        link.entity = entity
        return link
    }
}
