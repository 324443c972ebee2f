/// The provider definitions of these tests.
enum TestCatalog {
    /// Their folder.
    static let path = String(#filePath.dropLast(".swift".count))
}
