import Catalog
import JSON
import Models
import Service
import Storage

/// Reads definitions with the catalog.
package struct CatalogMappingReader: MappingReader {
    private let unfitting: Counter
    private let logger = Logger(label: "mapping")

    /// A reader that counts in `metrics` what does not fit.
    package init(metrics: Metrics) {
        unfitting = metrics.counter(
            "tributary_mapping_misfits_total", "Values of records that did not fit the field that they are mapped to")
    }

    /// Compiles the mapping in a stored definition.
    package func mapping(of body: [UInt8]) throws -> any RecordMapping {
        let definition = try ResolvedDefinition(storedBody: body[...])
        return CatalogMapping(Mapper(definition)) { [unfitting, logger, hash = definition.hash] tally in
            unfitting.increment(by: tally.valuesLeftOut)
            logger.debug(
                "values did not fit their fields", [.definition: .text(hash), .count: .int(tally.valuesLeftOut)])
        }
    }
}

/// The mapping of a definition of the catalog.
struct CatalogMapping: RecordMapping {
    /// Where the values of a canonical record go.
    private enum Destination {
        case column(Int)
        case account
        case contact
        case none
    }

    let types: [InteractionType]
    private let mapper: Mapper
    private let destinations: [InteractionType: [Destination]]
    private let report: @Sendable (MappingTally) -> Void

    init(_ mapper: Mapper, report: @escaping @Sendable (MappingTally) -> Void) {
        self.mapper = mapper
        self.report = report
        var destinations: [InteractionType: [Destination]] = [:]
        for schema in mapper.schemas where InteractionType.canonical.contains(schema.type) {
            destinations[schema.type] = schema.fields.map { Self.destination(of: $0, type: schema.type) }
        }
        self.destinations = destinations
        types = InteractionType.canonical.filter { destinations[$0] != nil }
    }

    func records(in payload: ArraySlice<UInt8>) throws -> [MappedRecord] {
        guard !destinations.isEmpty else { return [] }
        var tally = MappingTally()
        let records: [CanonicalRecord]
        do {
            records = try mapper.map(payload, tally: &tally)
        } catch {
            throw Failure(.definition, "the record is not valid JSON (\(error))")
        }
        if tally.valuesLeftOut > 0 { report(tally) }
        return records.compactMap(mapped)
    }

    private func mapped(_ canonical: CanonicalRecord) -> MappedRecord? {
        guard let destinations = destinations[canonical.type] else { return nil }
        var record = MappedRecord(
            type: canonical.type,
            values: Array(repeating: nil, count: CanonicalColumn.columns(of: canonical.type).count))
        for (value, destination) in zip(canonical.values, destinations) {
            switch destination {
            case .column(let index): record.values[index] = Self.value(value)
            case .account:
                record.account = value.reference.flatMap { reference in
                    Self.reference(
                        reference,
                        identity: reference.domain ?? reference.email.flatMap(EmailNormalization.companyDomain))
                }
            case .contact:
                record.contact = value.reference.flatMap { Self.reference($0, identity: $0.email) }
            case .none: break
            }
        }
        return record
    }

    private static func destination(of field: CanonicalField, type: InteractionType) -> Destination {
        if field.kind == .reference {
            if field.name == "account" { return .account }
            if field.name == "contact" { return .contact }
        }
        let name = field.kind == .reference ? field.name + "_external_id" : field.name
        return CanonicalColumn.columns(of: type).firstIndex { $0.name == name }.map { .column($0) } ?? .none
    }

    private static func reference(_ reference: CanonicalReference, identity: String?) -> RecordReference? {
        guard reference.externalID != nil || identity != nil else { return nil }
        return RecordReference(
            externalID: reference.externalID.map(StoredText.storable), identity: identity.map(StoredText.storable))
    }

    private static func value(_ value: Catalog.CanonicalValue) -> Storage.CanonicalValue? {
        switch value {
        case .null: nil
        case .text(let text): .text(StoredText.storable(text))
        case .money(let text): .decimal(text)
        case .integer(let number): .decimal(String(number))
        case .number(let number): number.isFinite ? .decimal("\(number)") : nil
        case .timestamp(let time): .timestamp(time)
        case .bool(let value): .text(value ? "true" : "false")
        case .texts(let texts): .texts(texts.map(StoredText.storable))
        case .reference(let reference): reference.externalID.map { .text(StoredText.storable($0)) }
        }
    }
}
