import Models
import Storage

/// Says what a provider's records mean: the mapping of one resolved definition.
package protocol RecordMapping: Sendable {
    /// The canonical types that a record can yield.
    var types: [InteractionType] { get }
    /// The canonical records in `payload`, which is one record of the provider.
    /// - Throws: `Failure` of class `definition` that says which field does not fit; never with its value.
    func records(in payload: ArraySlice<UInt8>) throws -> [MappedRecord]
}

/// Reads the stored form of a definition.
package protocol MappingReader: Sendable {
    /// The mapping in the body of a resolved definition.
    /// - Throws: `Failure` of class `definition`.
    func mapping(of body: [UInt8]) throws -> any RecordMapping
}
