import Models
import Storage

/// What all records of one Integration Object say of where they come from, written out once for all of them.
package struct RecordOrigin: Sendable {
    /// The object.
    let object: StoredObject
    /// Its path.
    let path: String
    /// Its customer's path: accounts and contacts are the customer's and not one object's.
    let customerPath: String
    /// The members `customer` and `source` of a message, up to the external id.
    let members: [UInt8]

    /// The origin of the records of `object`.
    package init(_ object: StoredObject) {
        let source = object.source
        self.object = object
        path = source.path
        customerPath = "/customers/\(source.customer)"
        members = Array(
            """
            ,"customer":"\(source.customer)","source":{"integration":"\(source.integration)",\
            "object":"\(source.object)","external_id":
            """.utf8)
    }
}
