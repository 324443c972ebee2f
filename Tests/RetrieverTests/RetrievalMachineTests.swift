import Models
import Retriever
import Testing

@Suite struct RetrievalMachineTests {
    private typealias Machine = RetrievalMachine<Int>
    private let trouble = Failure(.transient, "reset")

    private func machine(page: Int32 = 0, postponements: Int = 0, underWay: Int = 4) -> Machine {
        var bounds = Machine.Bounds()
        bounds.pagesUnderWay = underWay
        return Machine(position: Int(page), page: page, postponements: postponements, bounds: bounds)
    }

    @Test func anEmptyListingDrainsAfterItsOnePage() {
        var machine = machine()
        #expect(machine.handle(.begun) == [.fetch(0, page: 0, failures: 0)])
        #expect(machine.handle(.fetched(next: nil)) == [.send(page: 0, acknowledged: nil)])
        #expect(
            machine.handle(.acknowledged(page: 0))
                == [.release(.init(ending: .drain, acknowledged: 0...0, position: nil, nextPage: 1))])
    }

    @Test func theNextPageIsFetchedWhileOneIsSent() {
        var machine = machine()
        _ = machine.handle(.begun)
        #expect(
            machine.handle(.fetched(next: 1)) == [.send(page: 0, acknowledged: nil), .fetch(1, page: 1, failures: 0)])
    }

    @Test func noMorePagesAreUnderWayThanAllowed() {
        var machine = machine(underWay: 2)
        _ = machine.handle(.begun)
        _ = machine.handle(.fetched(next: 1))
        #expect(machine.handle(.fetched(next: 2)) == [.send(page: 1, acknowledged: nil)])
        #expect(machine.handle(.acknowledged(page: 0)) == [.fetch(2, page: 2, failures: 0)])
        #expect(machine.handle(.fetched(next: nil)) == [.send(page: 2, acknowledged: 0...0)])
    }

    @Test func aPageIsMarkedAcknowledgedOnlyWhenAllBeforeItAre() {
        var machine = machine()
        _ = machine.handle(.begun)
        _ = machine.handle(.fetched(next: 1))
        _ = machine.handle(.fetched(next: 2))
        _ = machine.handle(.acknowledged(page: 1))
        #expect(machine.handle(.fetched(next: nil)) == [.send(page: 2, acknowledged: nil)])
        _ = machine.handle(.acknowledged(page: 0))
        #expect(
            machine.handle(.acknowledged(page: 2))
                == [.release(.init(ending: .drain, acknowledged: 0...2, position: nil, nextPage: 3))])
    }

    @Test func aFailedRequestIsTriedAgainAndThenPostponedAtItsPosition() {
        var machine = machine(page: 3)
        _ = machine.handle(.begun)
        for failures in 1..<5 {
            #expect(machine.handle(.notFetched(.retry(trouble))) == [.fetch(3, page: 3, failures: failures)])
        }
        #expect(
            machine.handle(.notFetched(.retry(trouble)))
                == [.release(.init(ending: .postpone(trouble), acknowledged: nil, position: 3, nextPage: 3))])
    }

    @Test func aRunThatWasPostponedTooOftenFails() {
        var machine = machine(postponements: 12)
        _ = machine.handle(.begun)
        for _ in 1..<5 { _ = machine.handle(.notFetched(.retry(trouble))) }
        #expect(machine.handle(.notFetched(.retry(trouble))) == [.fail(trouble)])
    }

    @Test func aThrottleWaitsForWhatIsUnderWay() {
        let throttle = Failure(.throttled, "429")
        var machine = machine()
        _ = machine.handle(.begun)
        _ = machine.handle(.fetched(next: 1))
        #expect(machine.handle(.notFetched(.postpone(throttle))) == [])
        #expect(
            machine.handle(.acknowledged(page: 0))
                == [.release(.init(ending: .postpone(throttle), acknowledged: 0...0, position: 1, nextPage: 1))])
    }

    @Test func aStopHandsBackAtTheFirstPageThatWasNotSent() {
        var machine = machine(underWay: 1)
        _ = machine.handle(.begun)
        _ = machine.handle(.fetched(next: 1))
        #expect(machine.handle(.stop) == [])
        #expect(
            machine.handle(.acknowledged(page: 0))
                == [.release(.init(ending: .handBack, acknowledged: 0...0, position: 1, nextPage: 1))])
    }

    @Test func aRunThatIsHeldUpSendsWhatItHasAndAwaitsItsReceipts() {
        var machine = machine()
        _ = machine.handle(.begun)
        _ = machine.handle(.fetched(next: 1))
        #expect(machine.handle(.heldUp) == [])
        #expect(
            machine.handle(.acknowledged(page: 0))
                == [.release(.init(ending: .awaitReceipts, acknowledged: 0...0, position: 1, nextPage: 1))])
    }

    @Test func aLostClaimEndsEverythingSilently() {
        var machine = machine()
        _ = machine.handle(.begun)
        #expect(machine.handle(.claimLost) == [.abandon])
        #expect(machine.handle(.fetched(next: 1)) == [])
    }

    @Test func aRefusedPositionStartsAgainOnceAndThenFails() {
        var machine = machine(page: 7)
        _ = machine.handle(.begun)
        #expect(machine.handle(.notFetched(.restart(trouble))) == [.restart])
        #expect(machine.handle(.restarted(0)) == [.fetch(0, page: 0, failures: 0)])
        guard case .fail(let failure) = machine.handle(.notFetched(.restart(trouble))).first else {
            Issue.record("a second refusal must fail the run")
            return
        }
        #expect(failure.kind == .definition)
    }

    @Test func pagesFetchedBeforeAFailureAreSentBeforeTheRunFails() {
        var machine = machine(underWay: 1)
        _ = machine.handle(.begun)
        #expect(machine.handle(.fetched(next: 1)) == [.send(page: 0, acknowledged: nil)])
        #expect(machine.handle(.acknowledged(page: 0)) == [.fetch(1, page: 1, failures: 0)])
        #expect(machine.handle(.notFetched(.fail(trouble))) == [.fail(trouble)])
    }

    @Test func aBrokerThatTakesNothingPostponesTheRun() {
        var machine = machine()
        _ = machine.handle(.begun)
        _ = machine.handle(.fetched(next: 1))
        #expect(machine.handle(.notSent(trouble)) == [])
        #expect(
            machine.handle(.fetched(next: 2))
                == [.release(.init(ending: .postpone(trouble), acknowledged: nil, position: 1, nextPage: 1))])
    }
}
