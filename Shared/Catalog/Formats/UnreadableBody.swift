/// Why a body, or the list in it, is not what the definition says. Says where and what kind; never what stood there.
struct UnreadableBody: Error, Equatable, CustomStringConvertible {
    let description: String
    /// It ends too early: fetched again it may be whole.
    let isCutOff: Bool

    init(_ description: String, isCutOff: Bool = false) {
        self.description = description
        self.isCutOff = isCutOff
    }
}
