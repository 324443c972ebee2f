import Foundation

/// The exchange files of a folder of providers.
package struct ExchangeFiles: Sendable {
    /// The files, such as `stripe/exchanges/first-sync.yaml`, in order.
    package let names: [String]
    private let folder: String

    /// The files of the providers in `folder`.
    package init(providers folder: String) {
        self.folder = folder
        let providers = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        names = providers.sorted().flatMap { provider in
            let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(provider)/exchanges")) ?? []
            return files.sorted().filter { $0.hasSuffix(".yaml") }.map { "\(provider)/exchanges/\($0)" }
        }
    }

    /// Reads the file `name`.
    package func script(_ name: String) throws -> ExchangeScript {
        try ExchangeScript(String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8), file: name)
    }
}
