import Models
import Processor
import Storage
import Testing

@Suite("Parts of a batch") struct BatchPartsTests {
    private func batch(_ sizes: [Int64: Int]) -> PreparedBatch {
        let messages = sizes.sorted { $0.key < $1.key }.flatMap { customer, size in
            (0..<size).map { index in
                let object = StoredObject(
                    id: customer,
                    source: ObjectSource(
                        customer: PublicID(high: 0, low: 0), integration: PublicID(high: 0, low: 0),
                        object: PublicID(high: 0, low: 0)),
                    customerID: customer, integrationID: customer, provider: "p", type: .accounts)
                let message = ReceivedMessage(
                    topic: "t", partition: 0, offset: Int64(index), timestamp: Timestamp(microseconds: 0), key: nil,
                    value: nil, headers: [])
                return PreparedMessage(
                    message: message, object: object, place: nil, externalID: nil, content: .refused("no matter"))
            }
        }
        return PreparedBatch(messages: messages, barriers: [BarrierPassage(id: 1, partition: 0)])
    }

    private func customers(_ part: PreparedBatch) -> Set<Int64> { Set(part.messages.compactMap(\.object?.customerID)) }

    @Test func `no customer is in two parts, nothing is left out, and the barriers are in none`() {
        let parts = batch([1: 150, 2: 100, 3: 90, 4: 60]).parts()
        #expect(parts.count == 2)
        #expect(customers(parts[0]).isDisjoint(with: customers(parts[1])))
        #expect(parts.map(\.messages.count).reduce(0, +) == 400)
        #expect(parts.allSatisfy { $0.messages.count >= 100 && $0.barriers.isEmpty })
    }

    @Test(arguments: [[1: 1000], [1: 50, 2: 50]] as [[Int64: Int]])
    func `one customer's or a small batch stays whole, barriers included`(sizes: [Int64: Int]) {
        let whole = batch(sizes)
        let parts = whole.parts()
        #expect(parts.count == 1)
        #expect(parts.first?.messages.count == whole.messages.count)
        #expect(parts.first?.barriers == whole.barriers)
    }
}
