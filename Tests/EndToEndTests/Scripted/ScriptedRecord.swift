/// A record of the scripted provider.
struct ScriptedRecord: Sendable {
    /// Its number; ids sort like numbers.
    let number: Int
    /// How often it was changed.
    var revision = 0
    /// Milliseconds since 1970.
    var updatedAt: Int64
    /// Whether the provider says that it is gone.
    var isDeleted = false

    /// Fixed width, so that ids sort as texts like their numbers.
    static func id(_ prefix: String, _ number: Int) -> String {
        let digits = String(number)
        return prefix + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}

/// The four objects of the scripted provider, which differ in how they are paged.
enum ScriptedObject: String, CaseIterable, Sendable {
    case accounts, contacts, deals, events

    var prefix: String { String(rawValue.prefix(1)) }

    func id(_ number: Int) -> String { ScriptedRecord.id(prefix, number) }

    /// The record as the provider writes it, byte for byte.
    func json(_ record: ScriptedRecord, tenant: String, accounts: Int, contacts: Int) -> String {
        let id = id(record.number)
        let common =
            #""id":"\#(id)","updated_at":\#(record.updatedAt),"deleted":\#(record.isDeleted),"revision":\#(record.revision)"#
        switch self {
        case .accounts:
            return
                #"{\#(common),"name":"\#(name(record))","domain":"\#(Self.domain(record.number, tenant))","nested":{"a":[1,2,{"b":null}]}}"#
        case .contacts:
            let account = ScriptedObject.accounts.id(record.number % max(1, accounts))
            return
                #"{\#(common),"name":"\#(name(record))","email":"person\#(record.number)@mail.\#(tenant).example","account_id":"\#(account)"}"#
        case .deals:
            let account = ScriptedObject.accounts.id(record.number * 7 % max(1, accounts))
            let contact = ScriptedObject.contacts.id(record.number * 11 % max(1, contacts))
            return
                #"{\#(common),"title":"\#(name(record))","amount":\#(amount(record)),"account_id":"\#(account)","contact_id":"\#(contact)"}"#
        case .events:
            return #"{\#(common),"kind":"clicked","text":"Grüße \\ \"\#(name(record))\" ☃"}"#
        }
    }

    func name(_ record: ScriptedRecord) -> String { "\(rawValue) \(record.number) v\(record.revision)" }

    func amount(_ record: ScriptedRecord) -> String { "\(record.number).\(10 + record.revision % 90)" }

    /// Every tenth account shares its domain with the one before, and so is the same company.
    static func domain(_ number: Int, _ tenant: String) -> String {
        "company\(number % 10 == 9 ? number - 1 : number).\(tenant).example"
    }
}
