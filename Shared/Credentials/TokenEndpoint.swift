import Catalog
import HTTPClient
import Models

/// Asks authorisation servers for tokens.
package struct TokenEndpoint: Sendable {
    private let transport: any HTTPTransport
    private let patience: Duration

    /// An endpoint that is given `patience` for a whole answer.
    package init(transport: any HTTPTransport, patience: Duration) {
        self.transport = transport
        self.patience = patience
    }

    /// Sends `plan` once and reads what comes back. `asked` is when: lifetimes count from there.
    package func ask(_ plan: RequestPlan, for requests: TokenRequests, provider: String, asked: Timestamp) async
        -> TokenAnswer
    {
        let request = HTTPRequest(
            method: plan.method, url: plan.url, headers: plan.headers.map { HTTPHeader($0.name, $0.value) },
            body: plan.body,
            limits: HTTPLimits(
                connect: min(.seconds(10), patience / 2), firstByte: patience, total: patience, bodyBytes: 1 << 20,
                redirects: 0), isSentOnce: true)
        do {
            let response = try await transport.send(request)
            return requests.read(
                ProviderResponse(
                    status: response.status, headers: response.headers.map { ($0.name, $0.value) }, body: response.body),
                asked: asked)
        } catch {
            return Self.answer(error, provider: provider)
        }
    }

    /// An error before the request was sent leaves the refresh token unused; after that nobody knows.
    private static func answer(_ error: HTTPError, provider: String) -> TokenAnswer {
        let cause = "the authorisation server of \(provider) gave no token: \(error.description)"
        switch error.kind {
        case .forbiddenAddress:
            return .refused(
                Failure(
                    .configuration, cause,
                    advice: "give the public address of the system; addresses of internal networks are refused"))
        case .invalidRequest: return .refused(Failure(.definition, cause, advice: "check the way of authorisation"))
        case .unresolvedHost, .connectionRefused, .timeoutConnecting, .tls, .proxyRefused:
            return .unavailable(Failure(.transient, cause))
        default: return .unclear(Failure(.transient, cause))
        }
    }
}
