import Models
import Retriever
import Storage

/// Some processes that share a budget, and runs that make requests one after the other, in a time of their own: what
/// the provider would see, without a provider, a database or a clock.
struct PacingWorld {
    /// One run after the other of a customer.
    struct Client {
        var customer: Int64
        var weight = 1.0
        var isFresh = true
        /// Nil: each time another one.
        var process: Int?
        var starts = Duration.zero
        var requests = Int.max
        /// How long the provider takes to answer.
        var answer: ClosedRange<Int64> = 2_000...12_000
    }

    struct Arrival {
        var at: Timestamp
        var customer: Int64
        var isFresh: Bool
    }

    private enum Event {
        case enter(client: Int)
        case step(process: Int, timer: Int)
        case grant(process: Int, BudgetGrant)
        case response(process: Int, client: Int)
    }

    let rule: BudgetRule
    private(set) var budget = RateBudget()
    private(set) var arrivals: [Arrival] = []
    private(set) var refusals: [(client: Int, at: Timestamp, until: Timestamp)] = []
    /// Questions that the budget was asked: each one is a write of the database.
    private(set) var questions = 0
    private(set) var mostUnderWay = 0
    private(set) var now = Timestamp(seconds: 1_700_000_000)
    private var blockedUntil: Timestamp?
    private var clients: [Client]
    private var lanes: [PacingLane] = []
    /// How far each process's clock is from the database's.
    private let skews: [Duration]
    private var events: [(at: Timestamp, event: Event)] = []
    private var timers: [Int: (at: Timestamp, number: Int)] = [:]
    private var lastTimer = 0
    private var underWay = 0
    private var stopped: Set<Int> = []
    private var random: PacingRandom
    /// The longest way of a request to the provider, and the longest delay of a timer or an answer of the database.
    private let slowestWay: Int64
    private let latest: Int64
    /// How long one request in twenty is held up, at most.
    private let stall: Int64
    let start: Timestamp

    init(
        _ rule: BudgetRule, processes: Int, clients: [Client], seed: UInt64, isBusy: Bool = false,
        stall: Duration = .zero
    ) {
        self.rule = rule
        self.stall = stall.microseconds
        (slowestWay, latest) = isBusy ? (80_000, 60_000) : (10_000, 3_000)
        self.clients = clients
        start = now
        random = PacingRandom(seed)
        skews = (0..<processes).map { .milliseconds($0 * 700 - 400) }
        for process in 0..<processes {
            lanes.append(
                PacingLane(process: "p\(process)", rule: rule, lease: .seconds(15), now: now + skews[process]))
        }
        for (index, client) in clients.enumerated() { events.append((now + client.starts, .enter(client: index))) }
    }

    /// The provider refuses: the budget is halved, and everybody stands still for `pause`.
    mutating func throttle(pause: Duration) {
        budget.decrease(rule, pause: pause, now: now)
        let until = now + pause
        blockedUntil = until
        for process in lanes.indices {
            lanes[process].block(until: until + skews[process])
            advance(process)
        }
    }

    /// A process is killed, with what it was given; its runs are rung for again elsewhere.
    mutating func stop(process: Int) {
        stopped.insert(process)
        for index in clients.indices where clients[index].process == process {
            clients[index].process = (process + 1) % lanes.count
            events.append((now + .milliseconds(500), .enter(client: index)))
        }
    }

    /// Lets `time` pass.
    mutating func run(for time: Duration) {
        let end = now + time
        while let index = events.indices.min(by: { events[$0].at < events[$1].at }), events[index].at <= end {
            let (at, event) = events.remove(at: index)
            now = max(now, at)
            handle(event)
        }
        now = end
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .step(let process, _) where stopped.contains(process),
            .grant(let process, _) where stopped.contains(process),
            .response(let process, _) where stopped.contains(process):
            return
        case .enter(let index):
            let client = clients[index]
            guard client.requests > 0 else { return }
            let process = client.process ?? Int(random.number(0...Int64(lanes.count - 1)))
            lanes[process].enter(
                index,
                QuotaUser(owner: "o", customer: client.customer, weight: client.weight, isFresh: client.isFresh),
                patience: .seconds(5), now: now + skews[process])
            advance(process)
        case .step(let process, let timer):
            guard timers[process]?.number == timer else { return }
            timers[process] = nil
            advance(process)
        case .grant(let process, let grant):
            // A process knows the database's clock to within a few milliseconds.
            let error = Duration.microseconds(random.number(0...4000))
            let skew = skews[process]
            lanes[process].answered(grant, now: now + skew) { $0 + skew + error }
            advance(process)
        case .response(let process, let client):
            underWay -= 1
            lanes[process].leave(client, now: now + skews[process])
            clients[client].requests -= 1
            if clients[client].process == nil { clients[client].process = process }
            events.append((now + .microseconds(random.number(500...4000)), .enter(client: client)))
            advance(process)
        }
    }

    private mutating func advance(_ process: Int) {
        for action in lanes[process].step(now: now + skews[process]) {
            switch action {
            case .admit(let client):
                underWay += 1
                mostUnderWay = max(mostUnderWay, underWay)
                let isStalled = stall > 0 && random.number(1...20) == 1
                let way = Duration.microseconds(
                    random.number(0...(isStalled ? stall : min(slowestWay, rule.arrival.microseconds))))
                arrivals.append(
                    Arrival(
                        at: now + way, customer: clients[client].customer, isFresh: clients[client].isFresh))
                let answer = Duration.microseconds(random.number(clients[client].answer))
                events.append((now + way + answer, .response(process: process, client: client)))
            case .refuse(let client, let until):
                let until = until - skews[process]
                refusals.append((client, now, until))
                clients[client].process = nil
                // The scheduler rings, a retriever claims.
                events.append(
                    (max(now, until) + .microseconds(random.number(200_000...900_000)), .enter(client: client)))
            case .ask(let ask):
                questions += 1
                var ask = ask
                ask.free = ask.free.map { $0 - skews[process] + .microseconds(random.number(0...4000)) }
                let grant = budget.lease(ask, rule: rule, blockedUntil: blockedUntil, now: now)
                events.append((now + .microseconds(random.number(500...latest)), .grant(process: process, grant)))
            case .wake(let time):
                if let timer = timers[process], timer.at <= time { continue }
                lastTimer += 1
                timers[process] = (time, lastTimer)
                // Timers ring late.
                let ring = time - skews[process] + .microseconds(random.number(0...latest))
                events.append((ring, .step(process: process, timer: lastTimer)))
            }
        }
    }

    /// How many requests more than allowed some sliding window holds.
    var excess: Int {
        guard let limit = rule.requests else { return 0 }
        let times = arrivals.map(\.at).sorted()
        var most = 0
        var first = 0
        for (index, time) in times.enumerated() {
            while time - times[first] >= rule.window { first += 1 }
            most = max(most, index - first + 1)
        }
        return max(0, most - limit)
    }

    /// The part of the limit that was used between two times after the start.
    func used(from: Duration, to: Duration) -> Double {
        let count = arrivals.count { $0.at >= start + from && $0.at < start + to }
        return Double(count) / (Double(rule.requests ?? 1) * ((to - from) / rule.window))
    }

    /// Requests of each customer from a time after the start.
    func shares(from: Duration) -> [Int64: Int] {
        arrivals.filter { $0.at >= start + from }.reduce(into: [:]) { $0[$1.customer, default: 0] += 1 }
    }
}

/// Numbers that a seed determines (SplitMix64).
struct PacingRandom {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return range.lowerBound + Int64(mixed % UInt64(range.upperBound - range.lowerBound + 1))
    }
}
