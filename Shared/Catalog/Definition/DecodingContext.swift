import JSON

/// The keys that a component of the language understands. Every component declares its own, so that unknown keys are
/// found, the nearest known one suggested, and the language's document compared with the code.
protocol LanguageKey: RawRepresentable<String>, CaseIterable, Sendable {}

/// What components share while one definition is decoded: the problems found so far and the names it declares.
final class DecodingContext {
    private(set) var diagnostics = Diagnostics()
    /// The settings that the provider declares, nil before they are known.
    var settingNames: [String]?
    /// What the ways of authorisation keep beside their tokens, nil before that is known.
    var tokenNames: [String]?
    /// Whether what is decoded drives another object's requests: then nothing is mapped.
    var isParent = false
    /// Whether keys that nobody knows are left alone: for definitions stored by a newer version.
    let ignoresUnknownKeys: Bool

    init(ignoresUnknownKeys: Bool = false) { self.ignoresUnknownKeys = ignoresUnknownKeys }

    func report(
        _ severity: Diagnostic.Severity = .error, at origin: Origin, path: String, _ message: String, advice: String
    ) {
        diagnostics.append(Diagnostic(severity, at: origin, path: path, message, advice: advice))
    }

    /// Compiles the text of `node`, reporting what is wrong with it.
    func template(_ text: String, at origin: Origin, path: String, names: NameSet) -> Template? {
        do {
            let template = try Template(text, names: names)
            checkSettings(of: template, at: origin, path: path)
            checkTokens(of: template, at: origin, path: path)
            return template
        } catch {
            report(
                at: origin, path: path, "\(error.message), at character \(error.offset + 1) of the text",
                advice: error.advice)
            return nil
        }
    }

    private func checkSettings(of template: Template, at origin: Origin, path: String) {
        guard let settingNames else { return }
        for expression in template.expressions {
            expression.forEachReference { name, fieldPath in
                guard name == .settings, case .key(let setting)? = fieldPath.steps.first,
                    !settingNames.contains(setting)
                else { return }
                let nearest = NearestName.of(setting, among: settingNames).map { ", or did you mean '\($0)'?" } ?? ""
                report(
                    at: origin, path: path, "the setting '\(setting)' is not declared",
                    advice: "declare it under 'settings'\(nearest)")
            }
        }
    }

    private func checkTokens(of template: Template, at origin: Origin, path: String) {
        guard let tokenNames else { return }
        for expression in template.expressions {
            expression.forEachReference { name, fieldPath in
                guard name == .token, case .key(let field)? = fieldPath.steps.first, !tokenNames.contains(field) else {
                    return
                }
                report(
                    at: origin, path: path, "nothing keeps 'token.\(field)'",
                    advice: "add it to 'keep' of the way of authorisation")
            }
        }
    }
}
