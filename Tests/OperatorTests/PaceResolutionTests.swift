import Catalog
import Exchanges
import Models
import Operator
import Storage
import Testing

@Suite("What overrides say of an object's pace")
struct PaceResolutionTests {
    private let resolution = PaceResolution(catalog: CatalogFolder(path: SmallCatalog.path))

    private func pace(_ object: String, _ patches: (StoredOverride.Reach, String)...) -> ObjectPace? {
        resolution.pace(
            of: PacedObject(
                provider: "stripe", object: object,
                overrides: patches.map { StoredOverride(reach: $0, patch: Array($1.utf8)) }))
    }

    @Test func isNothingWhereThereAreNone() {
        #expect(pace("charges") == ObjectPace())
    }

    @Test func isNothingWhereTheyConcernOtherThings() {
        #expect(pace("charges", (.customer, #"{"settle":"5m"}"#)) == ObjectPace())
        #expect(pace("charges", (.integration, #"{"objects":{"customers":{"every":"5m"}}}"#)) == ObjectPace())
    }

    @Test func isWhatTheNarrowestSays() {
        let found = pace(
            "charges", (.customer, #"{"every":"5m","reconcile":"1d"}"#),
            (.integrationObject, #"{"every":"7m","sweep":{"every":"2d","request":{"path":"/v1/charges"}}}"#))
        #expect(
            found
                == ObjectPace(
                    every: .seconds(420), isOverridden: true, reconcile: .seconds(86_400), sweep: .seconds(172_800)))
    }

    @Test func isKeptWhereAnOverrideSaysWhatTheProviderSays() throws {
        let plain = try #require(CatalogFolder(path: SmallCatalog.path).providers["stripe"]).resolve(object: "charges")
        let every = try #require(plain.object.every).components.seconds
        #expect(
            pace("charges", (.customer, #"{"every":"\#(every)s"}"#))
                == ObjectPace(every: .seconds(every), isOverridden: true))
    }

    @Test func isAllOfItForAnObjectThatAnOverrideHasMade() {
        let coupons = #"{"objects":{"coupons":{"type":"deals","request":{"path":"/coupons"},"map":{"title":"name"}}}}"#
        let made = pace("coupons", (.customer, coupons))
        // No catalog's schedule knows it, so that the provider's 15 minutes and 7 days are said too, and that there are no
        // sweeps. The customer's pace goes before such a one.
        #expect(made == ObjectPace(every: .seconds(900), reconcile: .seconds(604_800), sweep: .zero))
        let paced = pace("coupons", (.customer, coupons), (.integration, #"{"every":"9m"}"#))
        #expect(paced?.every == .seconds(540))
        #expect(paced?.isOverridden == true)
    }

    @Test func isUnknownWhereTheDefinitionCannotBeUsed() {
        #expect(pace("charges", (.customer, #"{"settle":"soon"}"#)) == nil)
        #expect(resolution.unresolved == ["stripe/charges"])
    }
}
