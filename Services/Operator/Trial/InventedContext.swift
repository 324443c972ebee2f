import Catalog
import Cryptography
import JSON
import Models

/// The integration of a recording: with invented secrets, and settings that tell of nobody.
enum InventedContext {
    static func context(_ target: TrialTarget, _ invention: inout Invention) -> RetrievalContext {
        var context = target.context
        for (name, secret) in context.secrets {
            let invented = "invented-\(name)"
            invention.substitute(secret.reveal(), by: invented)
            context.secrets[name] = Secret(invented)
        }
        context.settings = settings(target, &invention)
        context.token = .object(
            JSONObject(
                (context.token.object ?? JSONObject()).map { name, value in
                    guard let text = value.string else { return (name, value) }
                    let invented = text.hasPrefix("https://") ? "https://tenant.example.com" : "invented-\(name)"
                    invention.substitute(text, by: invented)
                    return (name, .string(invented))
                }))
        if context.token.object?.isEmpty == true { context.token = .null }
        return context
    }

    private static func settings(_ target: TrialTarget, _ invention: inout Invention) -> JSONValue {
        guard let given = target.context.settings.object else { return target.context.settings }
        return .object(
            JSONObject(
                given.map { name, value in
                    guard let setting = target.provider.settings.first(where: { $0.name == name }),
                        let text = value.string, value != setting.defaultValue, !setting.choices.contains(text)
                    else { return (name, value) }
                    let other = replacement(of: text, setting)
                    invention.substitute(text, by: other)
                    return (name, .string(other))
                }))
    }

    /// What the provider gives as an example; else something that fits its pattern. A value that nothing else fits
    /// stays.
    private static func replacement(of text: String, _ setting: Catalog.Setting) -> String {
        let candidates = [setting.example, "acme", "https://api.example.com", "12345", "2026-01-01"].compactMap(\.self)
        return candidates.first { setting.problem(with: .string($0)) == nil } ?? text
    }
}
