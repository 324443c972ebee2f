import Exchanges

/// Where the files are that tests read, from the place of this file.
enum CatalogPaths {
    static let tests = String(#filePath.dropLast("/CatalogPaths.swift".count))
    static let root = String(tests.dropLast("/Tests/CatalogTests".count))
    static let catalog = root + "/Shared/Catalog"
    /// Another folder of providers may be looked at while it is being written.
    static let providers = ProviderFolder.path
}
