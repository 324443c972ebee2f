import Credentials
import Models
import Testing

@Suite("When a token is renewed")
struct RenewalMachineTests {
    static let noon = Timestamp(seconds: 1_769_860_800)

    /// A token of version 3, granted an hour before noon, that ends `end` after noon.
    static func facts(endsAfter end: Duration?, _ change: (inout RenewalMachine.Facts) -> Void = { _ in })
        -> RenewalMachine.Facts
    {
        var facts = RenewalMachine.Facts()
        facts.version = 3
        facts.grantedAt = noon - .seconds(3600)
        facts.expiresAt = end.map { noon + $0 }
        facts.hasRefreshToken = true
        change(&facts)
        return facts
    }

    static let revoking = RenewalMachine(needsNobody: false, refreshToken: .revokes, jitter: 1)
    static let rotating = RenewalMachine(needsNobody: false, refreshToken: .rotates, jitter: 1)
    static let reusing = RenewalMachine(needsNobody: false, refreshToken: .reusable, jitter: 1)
    static let alone = RenewalMachine(needsNobody: true, refreshToken: .none, jitter: 1)

    @Test func aTokenIsUsedUntilShortlyBeforeItsEnd() {
        #expect(Self.reusing.decide(Self.facts(endsAfter: .seconds(301)), now: Self.noon) == .use)
        #expect(Self.reusing.decide(Self.facts(endsAfter: .seconds(300)), now: Self.noon) == .renew(.refresh))
        #expect(Self.reusing.decide(Self.facts(endsAfter: .seconds(-1)), now: Self.noon) == .renew(.refresh))
    }

    @Test func tokensOfOneHourAreNotRenewedInTheSameMinute() {
        let early = RenewalMachine(needsNobody: false, refreshToken: .reusable, jitter: 1)
        let late = RenewalMachine(needsNobody: false, refreshToken: .reusable, jitter: 0)
        let facts = Self.facts(endsAfter: .seconds(200))
        #expect(early.decide(facts, now: Self.noon) == .renew(.refresh))
        #expect(late.decide(facts, now: Self.noon) == .use)
    }

    @Test func aTokenOfSecondsIsRenewedAFifthOfItsLifeBeforeItsEnd() {
        let facts = Self.facts(endsAfter: .seconds(10)) { $0.grantedAt = Self.noon }
        #expect(Self.reusing.renewalTime(facts) == Self.noon + .seconds(8))
    }

    @Test func aTokenWithoutAnEndIsUsedUntilTheProviderRefusesIt() {
        let facts = Self.facts(endsAfter: nil)
        #expect(Self.reusing.decide(facts, now: Self.noon) == .use)
        #expect(Self.reusing.decide(facts, now: Self.noon, refused: 3) == .renew(.refresh))
    }

    @Test func whoWasRefusedWithAnOlderTokenTakesTheNewerOne() {
        #expect(Self.revoking.decide(Self.facts(endsAfter: .seconds(3000)), now: Self.noon, refused: 2) == .use)
    }

    @Test func othersWaitOnlyWhereTheyCannotGoOn() {
        let soon = Self.facts(endsAfter: .seconds(100)) { $0.leaseUntil = Self.noon + .seconds(5) }
        #expect(Self.revoking.decide(soon, now: Self.noon) == .use)
        #expect(Self.revoking.decide(soon, now: Self.noon, refused: 3) == .wait)
        let over = Self.facts(endsAfter: .seconds(-1)) { $0.leaseUntil = Self.noon + .seconds(5) }
        #expect(Self.revoking.decide(over, now: Self.noon) == .wait)
        #expect(Self.revoking.decide(over, now: Self.noon + .seconds(5)) == .renew(.refresh))
    }

    @Test func afterACrashATokenIsSentOnceMoreWhereThatIsTolerated() {
        let facts = Self.facts(endsAfter: .seconds(-1)) { $0.intendedAt = Self.noon - .seconds(60) }
        #expect(Self.reusing.decide(facts, now: Self.noon) == .renew(.resend))
        #expect(Self.rotating.decide(facts, now: Self.noon) == .renew(.resend))
    }

    @Test func afterACrashATokenThatRevokesIsNeverSentAgain() {
        let over = Self.facts(endsAfter: .seconds(-1)) { $0.intendedAt = Self.noon - .seconds(60) }
        #expect(Self.revoking.decide(over, now: Self.noon) == .lost)
        #expect(Self.revoking.decide(over, now: Self.noon, refused: 3) == .lost)
        // As long as the old token works, nothing is lost yet.
        let soon = Self.facts(endsAfter: .seconds(100)) { $0.intendedAt = Self.noon - .seconds(60) }
        #expect(Self.revoking.decide(soon, now: Self.noon) == .use)
    }

    @Test func whoeverIsStillAtItIsNotTakenForDead() {
        let facts = Self.facts(endsAfter: .seconds(-1)) {
            $0.intendedAt = Self.noon - .seconds(3)
            $0.leaseUntil = Self.noon + .seconds(3)
        }
        #expect(Self.revoking.decide(facts, now: Self.noon) == .wait)
    }

    @Test func withoutATokenAPersonConnectsUnlessNobodyIsNeeded() {
        #expect(Self.revoking.decide(RenewalMachine.Facts(), now: Self.noon) == .connect)
        #expect(Self.alone.decide(RenewalMachine.Facts(), now: Self.noon) == .renew(.grant))
        var leased = RenewalMachine.Facts()
        leased.leaseUntil = Self.noon + .seconds(1)
        #expect(Self.alone.decide(leased, now: Self.noon) == .wait)
    }

    @Test func withoutARefreshTokenAPersonConnectsAgainOnceTheTokenIsOver() {
        let over = Self.facts(endsAfter: .seconds(-1)) { $0.hasRefreshToken = false }
        #expect(Self.reusing.decide(over, now: Self.noon) == .reconnect)
        let soon = Self.facts(endsAfter: .seconds(1)) { $0.hasRefreshToken = false }
        #expect(Self.reusing.decide(soon, now: Self.noon) == .use)
        let none = RenewalMachine(needsNobody: false, refreshToken: .none, jitter: 0)
        #expect(none.decide(Self.facts(endsAfter: nil), now: Self.noon, refused: 3) == .reconnect)
        #expect(Self.alone.decide(over, now: Self.noon) == .renew(.grant))
    }

    @Test func whatMayHaveBeenUsedIsKeptInMind() {
        #expect(Self.revoking.keepsIntent(after: .refresh))
        #expect(Self.rotating.keepsIntent(after: .resend))
        #expect(!Self.reusing.keepsIntent(after: .refresh))
        #expect(!Self.alone.keepsIntent(after: .grant))
    }
}
