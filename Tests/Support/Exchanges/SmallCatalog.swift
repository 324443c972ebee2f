import Foundation

/// A catalog of a few of the shipped providers, for tests that do not need all of them: reading them all takes a while.
package enum SmallCatalog {
    /// The folder, with Stripe and Zendesk in it.
    package static let path: String = {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "tributary-small-catalog-\(ProcessInfo.processInfo.processIdentifier)"
        ).path
        try? FileManager.default.removeItem(atPath: folder)
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["stripe", "zendesk"] {
            try? FileManager.default.copyItem(atPath: "\(ProviderFolder.own)/\(name)", toPath: "\(folder)/\(name)")
        }
        return folder
    }()
}
