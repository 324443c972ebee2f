import Cryptography
import JSON
import Models

/// A token as a provider gave it.
public struct GrantedToken: Sendable, Hashable {
    /// What requests carry.
    public var access: Secret
    /// What the next one is asked for with; nil where the provider gave none.
    public var refresh: Secret?
    /// When it ends; nil is as long as the provider takes it.
    public var expiresAt: Timestamp?
    /// What is kept beside it.
    public var kept: JSONObject

    /// A token.
    public init(access: Secret, refresh: Secret? = nil, expiresAt: Timestamp? = nil, kept: JSONObject = JSONObject()) {
        self.access = access
        self.refresh = refresh
        self.expiresAt = expiresAt
        self.kept = kept
    }

    /// The texts compare equal; secrets take part by their lengths only.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(access.count)
        hasher.combine(expiresAt)
    }

    /// What is stored, sealed.
    public var storedForm: Secret {
        var object = JSONObject([("access", .string(access.reveal())), ("kept", .object(kept))])
        if let refresh { object["refresh"] = .string(refresh.reveal()) }
        return Secret(JSONValue.object(object).text)
    }

    /// Reads what was stored; nil where it is not that.
    public init?(storedForm: Secret, expiresAt: Timestamp?) {
        guard let json = try? JSONValue(parsing: storedForm.reveal()), let access = json["access"]?.string else {
            return nil
        }
        self.init(
            access: Secret(access), refresh: json["refresh"]?.string.map { Secret($0) }, expiresAt: expiresAt,
            kept: json["kept"]?.object ?? JSONObject())
    }
}

/// What the answer to a request for a token means.
public enum TokenAnswer: Sendable {
    /// Here it is.
    case granted(GrantedToken)
    /// The provider says no, and will say so again.
    case refused(Failure)
    /// The provider did not act on the request; asking again later may help.
    case unavailable(Failure)
    /// The provider may have acted on the request, and what it answered is lost.
    case unclear(Failure)
}

/// Reads the answers of token endpoints (RFC 6749, 5) with their quirks. No text of an answer but its error code, if it
/// looks like one, gets into a failure.
struct TokenAnswerReader {
    let provider: String
    let oauth: OAuthAuthorization
    /// When the request was sent: lifetimes count from there.
    let asked: Timestamp

    func read(_ response: ProviderResponse) -> TokenAnswer {
        let json = try? JSONValue(parsing: response.body)
        if let json, (200...299).contains(response.status), let token = token(json) { return .granted(token) }
        let code = json.flatMap(Self.code)
        switch response.status {
        case 429:
            return .unavailable(
                Failure(
                    .throttled, "\(provider) asks for fewer requests for tokens (429)", retryAt: retryAt(response)))
        case 500, 503: return .unavailable(failure(.transient, "answered \(response.status)", retryAt(response)))
        case 501...599: return .unclear(failure(.transient, "answered \(response.status)", nil))
        default: break
        }
        if let code { return refused(code, response.status) }
        switch response.status {
        case 200...299:
            return .unclear(
                Failure(
                    .definition, "\(provider) answered the request for a token with something that holds none",
                    advice: "check 'token', 'within' and 'format' of the way of authorisation"))
        case 400, 401, 403: return refused("status \(response.status)", response.status)
        default:
            return .refused(
                Failure(
                    .definition, "\(provider) answered the request for a token with \(response.status)",
                    advice: "check 'token' of the way of authorisation: it must be the address of the token endpoint"))
        }
    }

    private func failure(_ kind: FailureClass, _ what: String, _ retryAt: Timestamp?) -> Failure {
        Failure(kind, "the authorisation server of \(provider) \(what)", retryAt: retryAt)
    }

    private func refused(_ code: String, _ status: Int) -> TokenAnswer {
        switch code {
        case "temporarily_unavailable", "server_error", "slow_down":
            return .unavailable(failure(.transient, "said \(code)", nil))
        case "invalid_client", "unauthorized_client", "invalid_client_id", "incorrect_client_credentials",
            "bad_client_secret":
            // The operator's app, where a person connects; else what the customer gave.
            let isOperators = oauth.grant == .authorizationCode
            return .refused(
                Failure(
                    isOperators ? .definition : .authorization, "\(provider) does not accept the app (\(code))",
                    advice: "check the secrets client_id and client_secret"))
        case "invalid_request", "unsupported_grant_type", "invalid_scope", "unsupported_response_type":
            return .refused(
                Failure(
                    .definition, "\(provider) did not understand the request for a token (\(code))",
                    advice:
                        "check the way of authorisation in the definition: grant, client_auth, format and parameters"))
        default:
            return .refused(
                Failure(
                    .authorization, "\(provider) refuses to renew the connection (\(code))",
                    advice: oauth.grant == .authorizationCode
                        ? "connect the integration again: access was revoked, or not used for too long"
                        : "check the secrets of the integration"))
        }
    }

    /// The error code, where it looks like one and not like a sentence or a secret.
    private static func code(_ json: JSONValue) -> String? {
        let texts = [json["error"]?.string, json["error"]?["code"]?.string, json["error_code"]?.string]
        return texts.compactMap { $0 }.first { text in
            (1...60).contains(text.utf8.count)
                && text.utf8.allSatisfy { ($0 | 0x20) >= 97 && ($0 | 0x20) <= 122 || $0 == 95 }
        }
    }

    private func retryAt(_ response: ProviderResponse) -> Timestamp? {
        let view = ResponseView(status: response.status, headers: response.headers, body: nil)
        return view.header("Retry-After").flatMap { PauseHeader.time($0, now: asked) }
    }

    // MARK: The token

    private func token(_ root: JSONValue) -> GrantedToken? {
        let value = Value(root)
        let part = oauth.within.map { value.value(at: $0) } ?? value
        let keys = (access: JSONPath(keys: "access_token"), refresh: JSONPath(keys: "refresh_token"))
        guard let access = part.value(at: keys.access).scalarText, !access.isEmpty else { return nil }
        let refresh = part.value(at: keys.refresh).scalarText
        return GrantedToken(
            access: Secret(access), refresh: refresh.flatMap { $0.isEmpty ? nil : Secret($0) },
            expiresAt: oauth.refreshToken == .none && oauth.expiry.fallback == nil && oauth.grant == .authorizationCode
                ? nil : expiry(part, value), kept: Self.kept(oauth.kept, in: value))
    }

    private func expiry(_ part: Value, _ root: Value) -> Timestamp? {
        if let path = oauth.expiry.time {
            let written = [part.value(at: path), root.value(at: path)].compactMap(\.scalarText).first
            if let time = written.flatMap(Self.time) { return time }
        }
        let written = [part.value(at: oauth.expiry.lifetime), root.value(at: oauth.expiry.lifetime)]
            .compactMap { $0.scalarText.flatMap { Double($0) } }.first
        if let written, written > 0, written <= 1e9 {
            let milliseconds = written * Double(oauth.expiry.unit.milliseconds)
            if milliseconds < 3650 * 86_400_000 { return asked + .milliseconds(Int64(milliseconds)) }
            return nil
        }
        return oauth.expiry.fallback.map { asked + $0 }
    }

    /// ISO 8601, or seconds or milliseconds since 1970 by their size.
    private static func time(_ text: String) -> Timestamp? {
        guard let number = Double(text) else { return TimestampFormat.iso8601.parse(text) }
        return (number < 1e11 ? TimestampFormat.epoch : .epochMilliseconds).parse(text)
    }

    /// The fields to keep that `value` has.
    static func kept(_ fields: [KeptField], in value: Value) -> JSONObject {
        var kept = JSONObject()
        for field in fields {
            let found = value.value(at: field.path)
            if !found.isNull { kept[field.name] = found.json }
        }
        return kept
    }
}
