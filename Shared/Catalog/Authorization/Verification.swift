import Cryptography
import JSON
import Models

/// The request that shows whether a connection works, and the meaning of its answer.
public struct Verification: Sendable {
    /// The request.
    public let request: RequestPlan
    private let object: ObjectDefinition
    private let scope: Scope

    /// The verification of a connection; nil where the provider has none.
    /// - Throws: `Failure` where the request cannot be computed.
    public init?(
        _ object: ObjectDefinition, method: AuthorizationMethod?, settings: JSONValue, secrets: [String: Secret],
        token: JSONValue, now: Timestamp
    ) throws(Failure) {
        guard let verify = object.verify else { return nil }
        var scope = Scope()
        scope.settings = object.settings.values(given: settings)
        scope.secrets = secrets
        scope.token = Value(token)
        scope.now = now
        self.object = object
        self.scope = scope
        request = try RequestBuilder(
            baseURL: verify.baseURL ?? object.baseURL, template: verify.request, authorization: method,
            limits: object.limits,
            provider: object.provider
        ).plan(scope: scope, page: .nothing, options: PageOptions())
    }

    /// Why the connection does not work; nil where it does.
    public func problem(_ response: ProviderResponse, now: Timestamp) -> Failure? {
        let document = try? JSONDocument(response.body)
        let view = ResponseView(status: response.status, headers: response.headers, body: document?.root)
        let judge = ErrorJudge(definition: object, scope: scope)
        switch judge.verdict(view, body: response.body[...], now: now) {
        case nil, .ignore?: return nil
        case .outcome(let outcome)?:
            switch outcome {
            case .page: return nil
            case .retry(let failure), .throttled(let failure), .postponed(let failure), .restart(let failure),
                .failed(let failure):
                return failure
            }
        }
    }
}
