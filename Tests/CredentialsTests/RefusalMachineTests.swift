import Credentials
import Testing

@Suite("What the refusal of a token means")
struct RefusalMachineTests {
    private static func facts(renewed: Bool = true, newest: Bool = true, over: Bool = false) -> RefusalMachine.Facts {
        RefusalMachine.Facts(wasRenewed: renewed, isNewest: newest, isOver: over)
    }

    private static func decisions(_ all: [RefusalMachine.Facts]) -> [RefusalMachine.Decision] {
        var machine = RefusalMachine(most: 5)
        return all.map { machine.refused($0) }
    }

    @Test func aTokenThatWasFoundAsItWasIsRenewedFirst() {
        #expect(Self.decisions([Self.facts(renewed: false)]) == [.renew])
    }

    @Test func renewedTokensThatLiveAndAreRefusedSpeakAgainstTheCredential() {
        #expect(
            Self.decisions([Self.facts(renewed: false), Self.facts(), Self.facts()]) == [.renew, .renew, .believe])
    }

    @Test(arguments: [facts(over: true), facts(newest: false), facts(renewed: false)])
    func aTokenThatWasOverOrReplacedOrNotRenewedProvesNothing(_ harmless: RefusalMachine.Facts) {
        // Neither alone nor beside one that does.
        #expect(Self.decisions([Self.facts(renewed: false), harmless, harmless]) == [.renew, .renew, .renew])
        #expect(
            Self.decisions([Self.facts(renewed: false), Self.facts(), harmless, Self.facts()])
                == [.renew, .renew, .renew, .believe])
    }

    @Test func whatProvesNothingIsNotTriedForEver() {
        let over = Self.facts(over: true)
        #expect(Self.decisions([over, over, over, over, over]) == [.renew, .renew, .renew, .renew, .later])
    }
}
