/// Rendered pages of records of about a kilobyte: several customers, each with two systems that hold partly the same
/// companies and people, so that matching has something to match.
struct SamplePages: Sendable {
    static let pageSize = 100
    /// What each object of a customer's two systems holds of every 20 records.
    private static let shares: [(system: String, object: String, share: Int)] = [
        ("crm", "accounts", 3), ("crm", "contacts", 6), ("crm", "deals", 5), ("desk", "accounts", 2),
        ("desk", "contacts", 4),
    ]

    /// The whole responses by path and cursor: `/c1/crm/accounts#3`.
    private let pages: [String: [UInt8]]
    let customers: [String]
    let records: Int

    /// At least `records` records of `customers` customers, in whole pages of `pageSize`.
    init(records: Int, customers: Int, pageSize: Int = Self.pageSize) {
        self.customers = (1...customers).map { "c\($0)" }
        let unit = max(1, (records + customers * 20 * pageSize - 1) / (customers * 20 * pageSize))
        self.records = unit * customers * 20 * pageSize
        var pages: [String: [UInt8]] = [:]
        for customer in self.customers {
            for (system, object, share) in Self.shares {
                let count = share * unit
                for page in 0..<count {
                    let items = (page * pageSize..<(page + 1) * pageSize)
                        .map { Self.record(object, $0, customer: customer, system: system) }
                    let next = page + 1 < count ? "\"\(page + 1)\"" : "null"
                    pages["/\(customer)/\(system)/\(object)#\(page)"] = PageServer.response(
                        "{\"items\":[\(items.joined(separator: ","))],\"next\":\(next)}")
                }
            }
        }
        for object in Self.objects(of: "crm") {
            pages["/warm/crm/\(object)#0"] = PageServer.response(
                "{\"items\":[\(Self.record(object, 0, customer: "warm", system: "crm"))],\"next\":null}")
        }
        self.pages = pages
    }

    /// Records of the customer `warm`, whose syncs come before those that are measured.
    static let warmUpRecords = 3

    /// The systems of each customer.
    static let systems = ["crm", "desk"]
    /// The objects of `system`.
    static func objects(of system: String) -> [String] { shares.filter { $0.system == system }.map(\.object) }

    private static let warmUpLetters = ["s", "t", "u", "v", "w"]
    /// How often everything is synced before what is measured.
    var warmUps: Int { Self.warmUpLetters.count }
    /// The customers of the warm-up, whose pages are those of ``customers``: `v1` and `w1` have the pages of `c1`.
    var warmUpCustomers: [String] { Self.warmUpLetters.flatMap { first in customers.map { first + $0.dropFirst() } } }

    /// The response to a request's target.
    func answer(_ target: Substring) -> [UInt8] {
        let parts = target.split(separator: "?", maxSplits: 1)
        guard var path = parts.first.map(String.init) else { return PageServer.notFound }
        if Self.warmUpLetters.contains(where: { path.hasPrefix("/" + $0) }), path.dropFirst(2).first?.isNumber == true {
            path = "/c" + path.dropFirst(2)
        }
        let query = parts.dropFirst().first?.split(separator: "&") ?? []
        let cursor = query.first { $0.hasPrefix("cursor=") }?.dropFirst("cursor=".count) ?? "0"
        return pages["\(path)#\(cursor)"] ?? PageServer.notFound
    }

    /// The body of some page.
    static let body: String = {
        let items = (0..<pageSize).map { record("contacts", $0, customer: "c1", system: "crm") }
        return "{\"items\":[\(items.joined(separator: ","))],\"next\":\"1\"}"
    }()

    /// One record: what is mapped, and what a provider sends besides.
    static func record(_ object: String, _ number: Int, customer: String, system: String) -> String {
        let id = "\(object.prefix(1))\(system)\(number)"
        let own: String
        switch object {
        case "accounts":
            own = "\"name\":\"Company \(number) of \(customer)\",\"domain\":\"company\(number)-\(customer).com\""
        case "contacts":
            own = """
                "name":"Person \(number) Doe","email":"person\(number)@company\(number / 2)-\(customer).com",\
                "account_id":"a\(system)\(number / 2)"
                """
        default:
            own = """
                "title":"Deal \(number)","amount":\(number).50,"account_id":"a\(system)\(number % 100)",\
                "contact_id":"c\(system)\(number % 100)"
                """
        }
        let time = "2026-01-\(10 + number % 19)T10:\(10 + number % 50):00.000Z"
        return "{\"id\":\"\(id)\",\(own),\"updated_at\":\"\(time)\",\(filling(number))}"
    }

    private static func filling(_ number: Int) -> String {
        var text = "\"created_at\":\"2024-05-06T07:08:09.000Z\",\"active\":true,\"score\":\(number % 1000)"
        for field in 1...16 {
            text +=
                ",\"custom_field_\(field)\":\"value \((number &* 2_654_435_761 &+ field) % 1_000_003) of the field\""
        }
        text += ",\"address\":{\"street\":\"\(number) Main Street\",\"city\":\"Springfield\",\"zip\":\"12345\"}"
        return text
            + ",\"description\":\"A note about \(number) that somebody wrote down: \\\"call back on Monday\\\".\""
    }
}
