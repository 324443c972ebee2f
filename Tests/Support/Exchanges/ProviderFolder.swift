import Foundation

/// Where the providers are that tests look at.
package enum ProviderFolder {
    /// Those of the catalog.
    package static let own =
        String(#filePath.dropLast("/Tests/Support/Exchanges/ProviderFolder.swift".count)) + "/Shared/Catalog/Providers"

    /// Those of the catalog; or, while some are being written, those that `TRIBUTARY_TEST_PROVIDERS` names.
    package static let path = ProcessInfo.processInfo.environment["TRIBUTARY_TEST_PROVIDERS"] ?? own
}
