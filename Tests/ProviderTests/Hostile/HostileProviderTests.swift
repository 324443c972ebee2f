import Models
import Testing

/// Whatever a provider does, a run ends in a classed failure or with counted rejections, and its neighbour goes on.
@Suite("Hostile providers")
struct HostileProviderTests {
    @Test(.timeLimit(.minutes(5)), arguments: Hostility.allCases)
    func `each ends in a classed failure or a counted rejection, and a healthy neighbour is read whole`(
        _ hostility: Hostility
    ) async throws {
        let server = try HostileServer()
        defer { server.stop() }
        let retriever = try HostileRetriever(publicOnly: hostility.isAskedByName)
        async let hostile = retriever.run(hostility.object, at: server.url(byName: hostility.isAskedByName))
        // The neighbour of one that may not be connected to at all is another server's, so to speak.
        async let healthy = (hostility.isAskedByName ? HostileRetriever(publicOnly: false) : retriever)
            .run(HostileServer.healthy, at: server.url(byName: false))
        let result = try await hostile
        #expect(Self.end(of: result) == hostility.end.first, "\(result)")
        if case .drained(let ids, let rejected) = hostility.end {
            #expect(result.ids == ids)
            #expect(result.rejections.count == rejected, "\(result.rejections)")
            #expect(result.closes)
        } else {
            #expect(Self.cause(of: result).contains(hostility.end.cause), "\(result)")
        }
        if !hostility.answersBadlyAtOnce {
            #expect(result.ids.starts(with: ["1", "2"]) || result.ids.starts(with: ["0", "1"]), "\(result.ids)")
        }
        let neighbour = try await healthy
        #expect(neighbour.ids == (0..<HostileServer.healthyRecords).map(String.init))
        #expect(neighbour.closes)
    }

    private static func end(of result: HostileRetriever.Result) -> String {
        switch result.ending {
        case .drained: "drained"
        case .failed(let failure): "failed \(failure.kind.rawValue)"
        case .postponed(_, let failure): "postponed \(failure.kind.rawValue)"
        case .heldUp: "held up"
        case .handedBack: "handed back"
        case nil: "nothing"
        }
    }

    private static func cause(of result: HostileRetriever.Result) -> String {
        switch result.ending {
        case .failed(let failure), .postponed(_, let failure): failure.cause
        default: ""
        }
    }
}

extension Hostility {
    /// No page comes before the bad one.
    var answersBadlyAtOnce: Bool {
        [.redirectToLoopback, .redirectToLinkLocal, .nameOfLoopback].contains(self)
    }
}

extension Hostility.End {
    /// The way and the class.
    var first: String {
        switch self {
        case .failed(let kind, _): "failed \(kind)"
        case .postponed(let kind, _): "postponed \(kind)"
        case .drained: "drained"
        }
    }

    /// A part of the cause; nothing where there is none.
    var cause: String {
        switch self {
        case .failed(_, let cause), .postponed(_, let cause): cause
        case .drained: ""
        }
    }
}
