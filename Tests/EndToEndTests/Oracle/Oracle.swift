import Foundation
import JSON
import Models
import Postgres

/// Compares what Tributary holds with what the provider holds, by rules of its own: it shares no code with the services.
struct Oracle {
    let pool: PostgresPool

    /// Every difference, in words; empty where there is none.
    func differences(of tenant: ScriptedTenant, customer: String) async throws -> [String] {
        var found: [String] = []
        for object in ScriptedObject.allCases {
            found += try await interactions(tenant, customer, object)
        }
        found += try await accounts(tenant, customer)
        found += try await contacts(tenant, customer)
        found += try await deals(tenant, customer)
        return found
    }

    private func rows(_ sql: String, _ customer: String, _ object: ScriptedObject) async throws -> PostgresRows {
        try await pool.query(
            """
            with object as (
              select o.id, o.customer_id from tributary.integration_objects o
              join tributary.customers c on c.id = o.customer_id where c.key = $1 and o.object = $2)
            """ + " " + sql, [.text(customer), .text(object.rawValue)]
        ).rows
    }

    private func interactions(
        _ tenant: ScriptedTenant, _ customer: String, _ object: ScriptedObject
    ) async throws -> [String] {
        var held: [String: (payload: String, isDeleted: Bool)] = [:]
        for row in try await rows(
            """
            select n.external_id, n.payload::text as payload, n.deleted_at is not null as gone
            from tributary.interactions n join object on object.id = n.object_id
            """, customer, object)
        {
            held[try row.text("external_id")] = (try row.text("payload"), try row.bool("gone"))
        }
        var found: [String] = []
        for record in tenant.records(object) {
            let id = object.id(record.number)
            guard let row = held.removeValue(forKey: id) else {
                found.append("\(customer) \(id): not stored")
                continue
            }
            if row.isDeleted != record.isDeleted { found.append("\(customer) \(id): deleted is \(row.isDeleted)") }
            if row.payload != tenant.json(object, record) { found.append("\(customer) \(id): another payload") }
        }
        return found + held.keys.map { "\(customer) \($0): stored, but the provider has none" }
    }

    /// Accounts with one domain are one company, and a company is gone when all of its records are.
    private func accounts(_ tenant: ScriptedTenant, _ customer: String) async throws -> [String] {
        var expected: [String: (records: [ScriptedRecord], isGone: Bool)] = [:]
        for record in tenant.records(.accounts) {
            let domain = ScriptedObject.domain(record.number, tenant.name)
            expected[domain, default: ([], true)].records.append(record)
            if !record.isDeleted { expected[domain]?.isGone = false }
        }
        var found: [String] = []
        var live: [String: String] = [:]
        for row in try await rows(
            """
            select a.domain, a.name from tributary.accounts a join object on object.customer_id = a.customer_id
            where a.deleted_at is null
            """, customer, .accounts)
        {
            let domain = try row.text("domain")
            if live.updateValue(try row.text("name"), forKey: domain) != nil {
                found.append("\(customer): two accounts \(domain)")
            }
        }
        for (domain, company) in expected where !company.isGone {
            guard let name = live.removeValue(forKey: domain) else {
                found.append("\(customer): no account \(domain)")
                continue
            }
            let newest = company.records.filter { !$0.isDeleted }.max {
                ($0.updatedAt, $0.number) < ($1.updatedAt, $1.number)
            }
            if let newest, name != ScriptedObject.accounts.name(newest) {
                found.append(
                    "\(customer): account \(domain) is called \(name), not \(ScriptedObject.accounts.name(newest))")
            }
        }
        return found + live.keys.map { "\(customer): an account \($0) that should be gone" }
    }

    private func contacts(_ tenant: ScriptedTenant, _ customer: String) async throws -> [String] {
        var held: [String: (name: String, account: String?)] = [:]
        for row in try await rows(
            """
            select p.email, p.name, a.domain from tributary.contacts p join object on object.customer_id = p.customer_id
            left join tributary.accounts a on a.id = p.account_id
            where p.deleted_at is null
            """, customer, .contacts)
        {
            held[try row.text("email")] = (try row.text("name"), try row.textIfPresent("domain"))
        }
        var found: [String] = []
        for record in tenant.records(.contacts) where !record.isDeleted {
            let email = "person\(record.number)@mail.\(tenant.name).example"
            guard let row = held.removeValue(forKey: email) else {
                found.append("\(customer): no contact \(email)")
                continue
            }
            if row.name != ScriptedObject.contacts.name(record) {
                found.append("\(customer): \(email) is called \(row.name)")
            }
            let domain = ScriptedObject.domain(record.number % 100, tenant.name)
            // Whoever was gone before anybody saw it cannot be linked to.
            if row.account != domain, row.account != nil || !isGone(record.number % 100, .accounts, tenant) {
                found.append("\(customer): \(email) belongs to \(row.account ?? "nobody"), not \(domain)")
            }
        }
        return found + held.keys.map { "\(customer): a contact \($0) that should be gone" }
    }

    private func isGone(_ number: Int, _ object: ScriptedObject, _ tenant: ScriptedTenant) -> Bool {
        tenant.records(object)[number].isDeleted
    }

    private func deals(_ tenant: ScriptedTenant, _ customer: String) async throws -> [String] {
        var held: [String: (title: String, amount: String, account: String?, contact: String?)] = [:]
        for row in try await rows(
            """
            select d.external_id, d.title, d.amount::text as amount, a.domain, p.email from tributary.deals d
            join object on object.id = d.object_id
            left join tributary.accounts a on a.id = d.account_id left join tributary.contacts p on p.id = d.contact_id
            where d.deleted_at is null
            """, customer, .deals)
        {
            held[try row.text("external_id")] = (
                try row.text("title"), try row.text("amount"), try row.textIfPresent("domain"),
                try row.textIfPresent("email")
            )
        }
        var found: [String] = []
        for record in tenant.records(.deals) where !record.isDeleted {
            let id = ScriptedObject.deals.id(record.number)
            guard let row = held.removeValue(forKey: id) else {
                found.append("\(customer): no deal \(id)")
                continue
            }
            let domain = ScriptedObject.domain(record.number * 7 % 100, tenant.name)
            let email = "person\(record.number * 11 % 100)@mail.\(tenant.name).example"
            if row.title != ScriptedObject.deals.name(record) {
                found.append("\(customer): deal \(id) is \(row.title)")
            }
            if row.amount != ScriptedObject.deals.amount(record) {
                found.append("\(customer): deal \(id) amounts to \(row.amount)")
            }
            if row.account != domain, row.account != nil || !isGone(record.number * 7 % 100, .accounts, tenant) {
                found.append("\(customer): deal \(id) is with \(row.account ?? "nobody"), not \(domain)")
            }
            if row.contact != email, row.contact != nil || !isGone(record.number * 11 % 100, .contacts, tenant) {
                found.append("\(customer): deal \(id) is with \(row.contact ?? "nobody"), not \(email)")
            }
        }
        return found + held.keys.map { "\(customer): a deal \($0) that should be gone" }
    }
}
