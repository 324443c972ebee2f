import HTTPClient
import Testing

@Suite struct AdmissionGateTests {
    @Test func hostsTakeTurns() {
        var gate = AdmissionGate<String>(total: 1, perHost: 1)
        let started = ["a1", "a2", "a3", "a4", "b1"].filter { gate.enter($0, host: String($0.prefix(1))) }
        #expect(started == ["a1"])
        var order: [String] = []
        var underWay = "a1"
        for _ in 0..<4 {
            gate.leave(host: String(underWay.prefix(1)))
            guard let next = gate.next() else { break }
            order.append(next)
            underWay = next
        }
        #expect(order == ["a2", "b1", "a3", "a4"])
    }

    @Test func aFullHostDoesNotBlockTheOthers() {
        var gate = AdmissionGate<String>(total: 3, perHost: 1)
        let started = ["a1", "a2", "b1", "c1"].filter { gate.enter($0, host: String($0.prefix(1))) }
        #expect(started == ["a1", "b1", "c1"])
        gate.leave(host: "b")
        let whileFull = gate.next()
        #expect(whileFull == nil)
        gate.leave(host: "a")
        let whenFree = gate.next()
        #expect(whenFree == "a2")
    }

    @Test func nobodyOvertakesWithinAHost() {
        var gate = AdmissionGate<Int>(total: 10, perHost: 1)
        let started = (0...200).filter { gate.enter($0, host: "a") }
        var order: [Int?] = []
        for _ in 0...200 {
            gate.leave(host: "a")
            order.append(gate.next())
        }
        #expect(started == [0])
        #expect(order == Array(1...200) + [nil])
        let isFree = gate.enter(201, host: "a")
        #expect(isFree)
    }

    @Test func theBoundsHoldForAnyOrderOfEvents() {
        var seed: UInt64 = 7
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        var gate = AdmissionGate<String>(total: 5, perHost: 2)
        var underWay: [String] = []
        var entered = 0
        var started = 0
        func check() {
            #expect(underWay.count <= 5)
            for host in Set(underWay) { #expect(underWay.filter { $0 == host }.count <= 2) }
        }
        for step in 0..<3000 {
            if random(2) == 0, step < 2000 {
                let host = String(random(4))
                entered += 1
                if gate.enter(host, host: host) { underWay.append(host) }
            } else if !underWay.isEmpty {
                gate.leave(host: underWay.remove(at: random(underWay.count)))
                while let next = gate.next() { underWay.append(next) }
                started += 1
            }
            check()
        }
        while !underWay.isEmpty {
            gate.leave(host: underWay.removeLast())
            started += 1
            while let next = gate.next() { underWay.append(next) }
            check()
        }
        #expect(started == entered)
    }
}
