import FoundationEssentials

/// The providers of a folder: `<folder>/<name>/provider.yaml`; or the one provider whose folder it is.
public struct CatalogFolder: Sendable {
    /// The providers that can be used, by name.
    public let providers: [String: ProviderDefinition]
    /// Every problem of every provider; a provider with problems never hides the others.
    public let diagnostics: Diagnostics

    /// Loads the folder at `path`. A folder that cannot be read is a problem like any other.
    public init(path: String) {
        var providers: [String: ProviderDefinition] = [:]
        var diagnostics = Diagnostics()
        let names: [String]
        var path = path
        do {
            if FileManager.default.fileExists(atPath: "\(path)/provider.yaml") {
                let folder = URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL
                names = [folder.lastPathComponent]
                path = folder.deletingLastPathComponent().path
            } else {
                names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            }
        } catch {
            diagnostics.append(
                Diagnostic(
                    at: Origin(layer: .provider, file: path), path: "", "the catalog folder cannot be read",
                    advice: "check the path given by --catalog or TRIBUTARY_CATALOG"))
            self.providers = [:]
            self.diagnostics = diagnostics
            return
        }
        for name in names where !name.hasPrefix(".") {
            let file = "\(path)/\(name)/provider.yaml"
            guard let data = FileManager.default.contents(atPath: file) else {
                var isFolder = false
                _ = FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
                if isFolder {
                    diagnostics.append(
                        Diagnostic(
                            at: Origin(layer: .provider, file: file), path: "",
                            "the folder has no readable provider.yaml",
                            advice: "add provider.yaml or remove the folder"))
                }
                continue
            }
            if let provider = Self.provider([UInt8](data), file: file, folder: name, diagnostics: &diagnostics) {
                providers[name] = provider
            }
        }
        if providers.isEmpty, !diagnostics.hasErrors {
            diagnostics.append(
                Diagnostic(
                    at: Origin(layer: .provider, file: path), path: "", "the catalog folder holds no provider",
                    advice: "check the path given by --catalog or TRIBUTARY_CATALOG"))
        }
        self.providers = providers
        self.diagnostics = diagnostics
    }

    /// Reads one provider's document, adding its problems and those of its objects to `diagnostics`.
    public static func provider(
        _ bytes: [UInt8], file: String, folder: String?, diagnostics: inout Diagnostics
    ) -> ProviderDefinition? {
        guard let document = DefinitionNode.reading(bytes, file: file, layer: .provider, diagnostics: &diagnostics)
        else { return nil }
        return ProviderDefinition.reading(document, folder: folder, diagnostics: &diagnostics)
    }
}

/// The check behind `tributary validate`.
public enum CatalogValidator {
    /// Every problem of the catalog folder at `path`, by file and line.
    public static func validate(folder path: String) -> [Diagnostic] { CatalogFolder(path: path).diagnostics.sorted }
}
