import Foundation
import Testing

/// How much a hostile provider makes a process hold. It takes a process of its own to tell.
@Suite("Hostile providers' memory", .serialized)
struct HostileMemoryTests {
    /// What all of them together, one after the other, may add to the peak of a process whose responses may have 16 MB:
    /// a body as it comes in, as it is taken over, and as it is parsed.
    static let bound = 6 * HostileRetriever.bodyMegabytes << 20

    @Test(.timeLimit(.minutes(2))) func `the peak of a process stays within a few bodies`() async {
        let ended = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            let server = try HostileServer()
            let retriever = try HostileRetriever(publicOnly: false)
            // What a first run costs once and for all is not the provider's doing.
            _ = try await retriever.run(HostileServer.healthy, at: server.url(byName: false))
            let before = try ProcessMemory.peak()
            for hostility in Hostility.allCases where !hostility.isAskedByName {
                _ = try await retriever.run(hostility.object, at: server.url(byName: false))
            }
            let added = try ProcessMemory.peak() - before
            print("hostile providers: \(added >> 20) MB added to a peak of \(before >> 20) MB")
            #expect(added < HostileMemoryTests.bound, "\(added >> 20) MB")
        }
        // The figure of the process.
        print(String(decoding: ended?.standardOutputContent ?? [], as: UTF8.self))
    }
}

/// The memory of this process.
enum ProcessMemory {
    struct Unknown: Error {}

    /// The most that it has ever had resident, in bytes.
    static func peak() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw Unknown() }
        return kilobytes << 10
    }
}
