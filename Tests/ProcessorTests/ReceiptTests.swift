import Models
import Storage
import Testing

struct ReceiptTests {
    private let page = DeclaredPage(key: PageKey(objectID: 1, run: 1, page: 0), attempt: 1, expected: 5)

    @Test func `each record has one bit and one outcome`() {
        var receipt = PageReceipt(page)
        receipt.note(.stored, index: 0)
        receipt.note(.rejected, index: 0)
        receipt.note(.unchanged, index: 4)
        #expect(receipt.stored.description == "10000")
        #expect(receipt.rejected.description == "00000")
        #expect(receipt.unchanged.description == "00001")
    }

    @Test func `an index outside the page is ignored`() {
        var receipt = PageReceipt(page)
        receipt.note(.stored, index: 5)
        receipt.note(.stored, index: -1)
        #expect(receipt.isEmpty)
    }

    @Test func `bits that are set already do not count again`() {
        var (bits, more) = (ReceiptBits(count: 4), ReceiptBits(count: 4))
        bits.set(1)
        more.set(1)
        more.set(2)
        #expect(more.countNew(comparedTo: bits) == 1)
        bits.formUnion(more)
        #expect(bits.description == "0110")
    }

    @Test func `a page that was declared with a negative size has no bits`() {
        #expect(PageReceipt(DeclaredPage(key: page.key, attempt: 1, expected: -1)).stored.count == 0)
    }
}
