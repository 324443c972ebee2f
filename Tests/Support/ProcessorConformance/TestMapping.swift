import FoundationEssentials
import Models
import Processor
import Storage

/// Maps flat JSON records whose keys are the canonical fields; `account`, `account_domain`, `contact` and
/// `contact_email` are references, and `not` names a type that this record does not yield.
package struct TestMappingReader: MappingReader {
    /// A reader.
    package init() {}

    /// The mapping to the types that the body, a JSON text, names.
    package func mapping(of body: [UInt8]) throws -> any RecordMapping {
        let names = String(decoding: body, as: UTF8.self).split { !$0.isLetter }
        return TestMapping(types: names.map { InteractionType(String($0)) })
    }
}

struct TestMapping: RecordMapping {
    let types: [InteractionType]

    func records(in payload: ArraySlice<UInt8>) throws -> [MappedRecord] {
        guard let fields = try? JSONDecoder().decode([String: String].self, from: Data(payload)) else {
            throw Failure(.definition, "the record does not fit")
        }
        return types.filter { $0.name != fields["not"] }.map { type in
            MappedRecord(
                type: type,
                values: CanonicalColumn.columns(of: type).map { column in
                    guard let text = fields[column.name] else { return nil }
                    switch column.kind {
                    case .text: return .text(text)
                    case .decimal, .money: return .decimal(text)
                    case .timestamp: return Timestamp(rfc3339: text).map { .timestamp($0) }
                    case .texts: return .texts(text.split(separator: " ").map(String.init))
                    }
                },
                account: reference(fields["account"], fields["account_domain"]),
                contact: reference(fields["contact"], fields["contact_email"]))
        }
    }

    private func reference(_ externalID: String?, _ identity: String?) -> RecordReference? {
        externalID == nil && identity == nil ? nil : RecordReference(externalID: externalID, identity: identity)
    }
}
