/// Which layer a value of a resolved definition came from, in the order in which the layers are applied.
public enum Layer: String, Sendable, Codable, CaseIterable, Comparable {
    /// What the language says where nobody says anything.
    case builtIn = "default"
    /// The top level of `provider.yaml`.
    case provider
    /// The object in `provider.yaml`.
    case providerObject = "provider object"
    /// The override for all of a customer's integrations of the provider.
    case customer
    /// The override of one integration.
    case integration
    /// The override of one Integration Object.
    case integrationObject = "integration object"
    /// A patch that is only being tried (`tributary explain --with`).
    case trial = "with"

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Orders by application.
    public static func < (left: Layer, right: Layer) -> Bool { left.rank < right.rank }
}

/// Where a value was written.
public struct Origin: Hashable, Sendable, CustomStringConvertible {
    /// The layer.
    public var layer: Layer
    /// The file, where it came from one.
    public var file: String?
    /// The line, from 1.
    public var line: Int?
    /// The column, from 1.
    public var column: Int?

    /// A place in `layer`.
    public init(layer: Layer, file: String? = nil, line: Int? = nil, column: Int? = nil) {
        self.layer = layer
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column` as far as they are known, else the layer.
    public var description: String {
        guard let file else { return "override (\(layer.rawValue))" }
        guard let line else { return file }
        return "\(file):\(line):\(column ?? 1)"
    }
}
