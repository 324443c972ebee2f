import Models
import Testing

@Suite("Places and sources of messages") struct PlaceAndSourceTests {
    private let source = ObjectSource(
        customer: PublicID(high: 1, low: 2), integration: PublicID(high: 3, low: .max),
        object: PublicID(high: .max, low: 6))

    @Test func `a source is read from its path`() {
        #expect(ObjectSource(path: source.path) == source)
    }

    @Test func `a path that is no source is refused`() {
        let path = source.path
        for wrong in [
            "", "/", String(path.dropLast()), path + "/", path.replacing("/objects/", with: "/objectz/"),
            path.replacing("/integrations/", with: "/integration_/"),
            path.replacing("/customers/", with: "/Customers/"),
            String(path.dropLast()) + "g", String(path.dropLast(2)) + "é",
        ] {
            #expect(ObjectSource(path: wrong) == nil, "\(wrong)")
        }
    }

    @Test func `a place is read from its text`() {
        let place = InteractionPlace(run: 123_456_789_012, attempt: 7, page: 2_147_483_647, index: 0)
        #expect(InteractionPlace(place.description) == place)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "1..3.4", ".1.2.3", "1.2.3.", "1.2.3.-4", "1.2.3.x", "1.2.3.2147483648",
        "1.2147483648.3.4", "1111111111111111111.2.3.4", "1.2.3.٤", " 1.2.3.4",
    ])
    func `a text that is no place is refused`(text: String) {
        #expect(InteractionPlace(text) == nil)
    }
}
