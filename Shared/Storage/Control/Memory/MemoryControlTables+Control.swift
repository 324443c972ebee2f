import Models

extension MemoryControlTables: ControlStore {
    /// Makes the tables what `customers` say. What they do not mention stays.
    public func apply(
        _ wanted: [CustomerSpecification], now: Timestamp, pace: @Sendable (PacedObject) -> ObjectPace?
    ) throws -> ApplyReport {
        // One transaction: what is refused leaves nothing behind.
        let kept = (customers, integrations, objects)
        do {
            return try applyAll(wanted, now, pace)
        } catch {
            (customers, integrations, objects) = kept
            throw error
        }
    }

    private func applyAll(
        _ wanted: [CustomerSpecification], _ now: Timestamp, _ pace: (PacedObject) -> ObjectPace?
    ) throws -> ApplyReport {
        var report = ApplyReport()
        let before = objects.mapValues { self.pace(of: $0) }
        for customer in wanted {
            let id = apply(customer, now, &report)
            for integration in customer.integrations { try apply(integration, of: id, now, &report) }
            for (object, entry) in objects where integrations[entry.integration]?.customer == id {
                if let paced = paced(object), let resolved = pace(paced) { objects[object]?.pace = resolved }
            }
        }
        for (id, old) in before { reschedule(id, from: old) }
        settle()
        return report
    }

    private func apply(_ wanted: CustomerSpecification, _ now: Timestamp, _ report: inout ApplyReport) -> Int64 {
        let known = customers.first { $0.value.key == wanted.key }
        let id = known?.key ?? nextID()
        var entry =
            known?.value
            ?? Customer(key: wanted.key, publicID: PublicID(now: now), wanted: wanted, name: wanted.key)
        let old = entry
        entry.wanted = wanted
        entry.name = wanted.name ?? entry.name
        entry.paces.merge(wanted.paces) { $1 }
        entry.overrides.merge(wanted.overrides) { $1 }
        customers[id] = entry
        let isSame =
            old.name == entry.name && old.wanted.weight == wanted.weight && old.wanted.maxRuns == wanted.maxRuns
            && old.wanted.alertEmail == wanted.alertEmail
        report.count(known == nil ? "created" : isSame ? "unchanged" : "changed")
        return id
    }

    private func apply(
        _ wanted: IntegrationSpecification, of customer: Int64, _ now: Timestamp, _ report: inout ApplyReport
    ) throws {
        let known = integrations.first { $0.value.customer == customer && $0.value.wanted.key == wanted.key }
        if let known, known.value.wanted.provider != wanted.provider {
            throw Failure(
                .configuration,
                "the integration \(wanted.key) is one of \(known.value.wanted.provider), not of \(wanted.provider)",
                advice: "give the new integration another key")
        }
        let id = known?.key ?? nextID()
        var entry = known?.value ?? Integration(customer: customer, publicID: PublicID(now: now), wanted: wanted)
        let isSame = entry.wanted.settings == wanted.settings && entry.wanted.enabled == wanted.enabled
        entry.wanted = wanted
        entry.override = wanted.override ?? entry.override
        integrations[id] = entry
        report.count(known == nil ? "created" : isSame ? "unchanged" : "changed")
        for object in wanted.objects { apply(object, of: id, now, &report) }
        if let seal = wanted.credential {
            var credential = try seal(entry.publicID)
            credential.version = (entry.credential?.version ?? 0) + 1
            integrations[id]?.credential = credential
            enable(integration: id)
        }
    }

    private func apply(
        _ wanted: ObjectSpecification, of integration: Int64, _ now: Timestamp, _ report: inout ApplyReport
    ) {
        let known = objects.first { $0.value.integration == integration && $0.value.wanted.object == wanted.object }
        let id = known?.key ?? nextID()
        // A new object is due at once.
        var entry =
            known?.value
            ?? Object(integration: integration, publicID: PublicID(now: now), wanted: wanted, nextDue: clock.now)
        let isSame =
            entry.wanted.every == wanted.every && entry.wanted.enabled == wanted.enabled
            && entry.wanted.type == wanted.type
        entry.wanted = wanted
        entry.override = wanted.override ?? entry.override
        objects[id] = entry
        if known != nil {
            entry.nextDue = min(entry.nextDue, (entry.lastSynced ?? clock.now) + pace(of: entry))
            objects[id] = entry
        }
        report.count(known == nil ? "created" : isSame ? "unchanged" : "changed")
    }

    /// An object whose pace is another one now is due as that says.
    private func reschedule(_ id: Int64, from old: Duration) {
        guard var entry = objects[id], entry.state == .idle, let lastSynced = entry.lastSynced else { return }
        let pace = pace(of: entry)
        guard pace != old else { return }
        let due = lastSynced + pace
        entry.nextDue = due <= clock.now || entry.failures > 0 ? min(entry.nextDue, max(due, clock.now)) : due
        objects[id] = entry
    }

    private func settle() {
        for (id, object) in objects {
            guard let integration = integrations[object.integration] else { continue }
            objects[id]?.runnable = object.wanted.enabled && integration.wanted.enabled && integration.disabled == nil
        }
    }

    /// The row and the public id of an integration; nil before it is applied.
    public func integration(customer: String, key: String) -> (id: Int64, publicID: PublicID)? {
        integrations.first { customers[$0.value.customer]?.key == customer && $0.value.wanted.key == key }
            .map { ($0.key, $0.value.publicID) }
    }

    /// Lets an integration go on from where it was, whatever had stopped it or paused its objects.
    public func enable(integration: Int64) {
        integrations[integration]?.disabled = nil
        for (id, object) in objects where object.integration == integration {
            objects[id]?.failures = 0
            if object.state == .idle { objects[id]?.nextDue = min(object.nextDue, clock.now) }
        }
        settle()
    }
}

extension MemoryControlTables: IntegrationStore {
    /// The credential of an integration; nil if it has none.
    public func credential(integration: Int64) -> StoredCredential? { integrations[integration]?.credential }

    /// The overrides that concern an object, widest first.
    public func overrides(object: Int64) -> [StoredOverride] { paced(object)?.overrides ?? [] }

    func paced(_ id: Int64) -> PacedObject? {
        guard let object = objects[id], let integration = integrations[object.integration] else { return nil }
        let patches: [(StoredOverride.Reach, [UInt8]?)] = [
            (.customer, customers[integration.customer]?.overrides[integration.wanted.provider]),
            (.integration, integration.override), (.integrationObject, object.override),
        ]
        return PacedObject(
            provider: integration.wanted.provider, object: object.wanted.object,
            overrides: patches.compactMap { reach, patch in patch.map { StoredOverride(reach: reach, patch: $0) } })
    }
}
