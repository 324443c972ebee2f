import Cryptography
import JSON
import Models

/// Reads the answers of login calls.
struct SessionAnswerReader {
    let provider: String
    let session: SessionAuthorization
    /// When the request was sent: the lifetime counts from there.
    let asked: Timestamp

    func read(_ response: ProviderResponse, scope: Scope) -> TokenAnswer {
        let body = try? JSONDocument(response.body)
        let view = ResponseView(status: response.status, headers: response.headers, body: body?.root)
        switch response.status {
        case 200...299: break
        case 429:
            return .unavailable(
                Failure(
                    .throttled, "\(provider) asks for fewer logins (429)",
                    retryAt: view.header("Retry-After").flatMap { PauseHeader.time($0, now: asked) }))
        case 408, 425, 500...599:
            return .unavailable(Failure(.transient, "\(provider) answered \(response.status) to the login"))
        case 400, 401, 403, 422:
            return .refused(
                Failure(
                    .authorization, "\(provider) refuses the login (\(response.status))",
                    advice: "check the secrets of the integration: the user, key or password is wrong or locked"))
        default:
            return .refused(
                Failure(
                    .definition, "\(provider) answered \(response.status) to the login",
                    advice: "check 'session.request' of the way of authorisation"))
        }
        guard let token = token(view, body, scope), !token.isEmpty else {
            return .refused(
                Failure(
                    .authorization, "\(provider) answered the login without a token",
                    advice: "check the secrets of the integration, and 'session.token' of the definition"))
        }
        let root = body.map { Value($0.root) } ?? .null
        return .granted(
            GrantedToken(
                access: Secret(token), expiresAt: session.lifetime.map { asked + $0 },
                kept: TokenAnswerReader.kept(session.kept, in: root)))
    }

    private func token(_ view: ResponseView, _ body: JSONDocument?, _ scope: Scope) -> String? {
        switch session.token {
        case .path(let path): return body?.root.value(at: path).scalarText
        case .template(let template):
            var scope = scope
            scope.response = view
            return (try? template.value(in: scope))?.scalarText
        }
    }
}
