/// Why a body, or the list in it, is not what the definition says. Says where and what kind; never what stood there.
struct UnreadableBody: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
