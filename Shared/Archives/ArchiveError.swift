/// Why a packed file cannot be unpacked. Never says what is in it.
public struct ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, for the person who said that the file is packed so.
    public let description: String
    /// The file ends too early: fetched again it may be whole.
    public let isCutOff: Bool

    init(_ description: String, isCutOff: Bool = false) {
        self.description = description
        self.isCutOff = isCutOff
    }
}
