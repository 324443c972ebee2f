/// Where the files are that tests read, from the place of this file.
enum CatalogPaths {
    static let tests = String(#filePath.dropLast("/CatalogPaths.swift".count))
    static let root = String(tests.dropLast("/Tests/CatalogTests".count))
    static let catalog = root + "/Shared/Catalog"
    static let providers = catalog + "/Providers"
}
