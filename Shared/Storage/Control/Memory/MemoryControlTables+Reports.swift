import Models

extension MemoryControlTables: ReportStore {
    /// The objects whose name is `name`, or starts with it at a slash; all where it is nil.
    public func objects(named name: String?, counting: RecordCount) -> [ObjectReport] {
        objects.values.compactMap { object -> ObjectReport? in
            guard let integration = integrations[object.integration], let customer = customers[integration.customer]
            else { return nil }
            let full = "\(customer.key)/\(integration.wanted.key)/\(object.wanted.object)"
            if let name, name != object.publicID.description, !"\(full)/".hasPrefix("\(name)/") { return nil }
            return ObjectReport(
                name: full, id: object.publicID, provider: integration.wanted.provider, type: object.wanted.type.name,
                state: !object.runnable && object.state == .idle ? "disabled" : object.state.rawValue,
                lastSyncedAt: object.lastSynced, completeUntil: object.completeUntil,
                nextDueAt: object.runnable ? object.nextDue : nil, run: object.run,
                records: counting == .none ? 0 : object.records, rejected: counting == .none ? 0 : object.rejected,
                failureClass: integration.disabled?.failureClass.rawValue, failureCause: integration.disabled?.cause)
        }.sorted { $0.name < $1.name }
    }

    /// The newest runs of an object, newest first; runs that found nothing are only counted.
    public func runs(object: PublicID, limit: Int) -> (runs: [RunReport], empty: Int64) {
        guard let entry = id(of: object).flatMap({ objects[$0] }) else { return ([], 0) }
        return (Array(entry.history.sorted { $0.endedAt > $1.endedAt }.prefix(limit)), entry.emptyRuns)
    }

    /// Makes an object due now; a paused one is tried again. `full` asks for everything.
    public func requestSync(object: PublicID, full: Bool) -> Int64? {
        guard let id = id(of: object), var entry = objects[id] else { return nil }
        entry.nextDue = clock.now
        entry.wantsEverything = entry.wantsEverything || full
        let integration = integrations[entry.integration]
        entry.runnable = entry.wanted.enabled && integration?.wanted.enabled == true && integration?.disabled == nil
        objects[id] = entry
        return entry.state == .idle ? entry.run + 1 : nil
    }

    /// What identifies an object to other stores.
    public func target(object: PublicID) -> ObjectTarget? {
        guard let id = id(of: object), let entry = objects[id], let integration = integrations[entry.integration]
        else { return nil }
        return ObjectTarget(
            id: id, provider: integration.wanted.provider, object: entry.wanted.object,
            settings: integration.wanted.settings)
    }

    /// Asks for an object's stored records to be mapped again.
    public func requestRemapping(
        object: Int64, provider: String, name: String, definition: String, body: [UInt8]
    ) { objects[object]?.remapping = "" }

    /// The external id up to which an object's records have been mapped again; nil where nothing is asked for.
    public func remapping(object: Int64) -> String? { objects[object]?.remapping }

    /// Puts every key of the data tables into the outbox and returns how many there are.
    public func republish() -> Int64 { objects.values.reduce(0) { $0 + $1.records + $1.deleted } }
}
