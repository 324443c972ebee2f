import Catalog
import Exchanges
import Models

/// What an exchange file shows.
enum ExchangeKind: String, CaseIterable {
    case first, increment, empty, refused, connected, renewed, throttled, malformed, deletion, sweep

    /// What `script` shows.
    static func kinds(of script: ExchangeScript) -> [ExchangeKind] {
        if script.ends.hasPrefix("failed authorization") { return [.refused] }
        if script.ends.hasPrefix("throttled") || script.ends.hasPrefix("postponed") { return [.throttled] }
        guard script.ends == "page" || script.ends == "ignored" else { return [] }
        guard script.context.kind != .sweep else { return [.sweep] }
        var kinds: [ExchangeKind] = [script.context.kind == .incremental ? .increment : .first]
        if let connection = script.connection { kinds.append(connection.consents ? .connected : .renewed) }
        if script.yields.isEmpty { kinds.append(.empty) }
        if script.yields.contains(where: { $0["rejected"] != nil }) { kinds.append(.malformed) }
        if script.yields.contains(where: { $0["deleted"] != nil }) { kinds.append(.deletion) }
        return kinds
    }

    /// What the files of a provider have to show, whatever it is.
    private static let always: Set<ExchangeKind> = [.first, .increment, .empty, .refused, .throttled, .malformed]

    /// What the files of `provider` have to show.
    static func required(of provider: ProviderDefinition) -> Set<ExchangeKind> {
        var required = always
        for name in provider.objectNames {
            // What cannot be used without an override is proved with it.
            guard let object = try? provider.resolve(object: name).object else { continue }
            let listings = [object.listing, object.changes?.listing].compactMap { $0 }
            if object.deletions != nil || listings.contains(where: { $0.selection.deleted != nil }) {
                required.insert(.deletion)
            }
            if object.sweep != nil { required.insert(.sweep) }
        }
        return required
    }
}

extension AuthorizationMethod {
    /// Whether a person consents to it.
    var needsConsent: Bool {
        if case .oauth2(let oauth) = scheme { oauth.grant == .authorizationCode } else { false }
    }

    /// Whether a token of it that is over can be had anew without a person.
    var isRenewable: Bool {
        switch scheme {
        case .oauth2(let oauth): oauth.grant != .authorizationCode || oauth.refreshToken != .none
        default: hasToken
        }
    }
}
