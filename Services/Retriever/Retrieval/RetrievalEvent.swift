import Models

/// What happened to a run.
package enum RetrievalEvent<Position: Sendable & Equatable>: Sendable {
    /// The run was claimed.
    case begun
    /// A page was read; `next` is nil behind the last one.
    case fetched(next: Position?)
    /// A page could not be read.
    case notFetched(RetrievalTrouble)
    /// The broker has acknowledged a page.
    case acknowledged(page: Int32)
    /// The broker could not be made to take a page.
    case notSent(Failure)
    /// A write was refused: the run belongs to someone else by now.
    case claimLost
    /// The position was cleared as asked; the run begins anew there.
    case restarted(Position)
    /// There is no room for the next page, and has not been for long.
    case heldUp
    /// The retriever stops.
    case stop
}

/// Why a page could not be read.
package enum RetrievalTrouble: Sendable, Equatable {
    /// The same request may succeed soon.
    case retry(Failure)
    /// Not before the time that the failure names.
    case postpone(Failure)
    /// The provider no longer knows the position.
    case restart(Failure)
    /// Trying again does not help.
    case fail(Failure)
}

/// What is to be done for a run.
package enum RetrievalAction<Position: Sendable & Equatable>: Sendable, Equatable {
    /// Fetch the page at a position, after a pause that grows with the number of failures before.
    case fetch(Position, page: Int32, failures: Int)
    /// Declare a page that was fetched, marking acknowledged ones, then send it.
    case send(page: Int32, acknowledged: ClosedRange<Int32>?)
    /// Let go of the run.
    case release(Release)
    /// End the run with a failure.
    case fail(Failure)
    /// Clear the run's position.
    case restart
    /// Nothing more: forget the run without a word.
    case abandon

    /// How the run is let go of.
    package struct Release: Sendable, Equatable {
        /// Why.
        package enum Ending: Sendable, Equatable {
            case drain, awaitReceipts, handBack
            case postpone(Failure)
        }
        /// Why.
        package var ending: Ending
        /// Pages that were acknowledged and are not marked so.
        package var acknowledged: ClosedRange<Int32>?
        /// Where the next attempt goes on if all declared pages are acknowledged.
        package var position: Position?
        /// The number of the page there.
        package var nextPage: Int32

        /// A release.
        package init(ending: Ending, acknowledged: ClosedRange<Int32>?, position: Position?, nextPage: Int32) {
            self.ending = ending
            self.acknowledged = acknowledged
            self.position = position
            self.nextPage = nextPage
        }
    }
}
