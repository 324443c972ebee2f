import Catalog
import Cryptography
import HTTPClient
import JSON
import Models

/// A person's consent as an exchange file plays it: the page of the authorisation server, the code that is made into a
/// token, and the request that shows whether the connection works. What is to be asked comes out, answers go in.
package struct ConsentPlay {
    /// Where the person comes back to.
    package static let redirect = "http://127.0.0.1:8400/callback"
    /// What stands for chance.
    static let (state, verifier) = ("state-1", "verifier-1")

    /// What is asked.
    package struct Request: Sendable {
        /// The method.
        package var method = "GET"
        /// The whole address.
        package var url: String
        /// The headers, in order.
        package var headers: [(name: String, value: String)] = []
        /// The body.
        package var body: [UInt8]?

        fileprivate init(page url: String) { self.url = url }
        fileprivate init(_ plan: RequestPlan) {
            (method, url, body) = (plan.method, plan.url, plan.body)
            headers = plan.headers.map { ($0.name, $0.value) }
        }
    }

    private enum Step { case page, code, verification, over }

    /// The token, once there is one.
    package private(set) var token: GrantedToken?
    private let script: ExchangeScript
    private let object: ObjectDefinition
    private let method: AuthorizationMethod
    private let requests: TokenRequests
    private var step = Step.page
    private var parameters: [String: String] = [:]
    private var verification: Verification?

    /// The consent that `script` begins with; nil where it begins with none.
    package init?(_ script: ExchangeScript, object: ObjectDefinition) throws {
        guard script.connection?.consents == true, let method = try script.tokenMethod(of: object) else { return nil }
        self.script = script
        self.object = object
        self.method = method
        requests = TokenRequests(
            object, method: method, settings: script.context.settings, secrets: script.context.secrets)
    }

    private var now: Timestamp { script.context.until }

    /// The next request; nil where there is none left.
    package mutating func next() throws -> Request? {
        switch step {
        case .page:
            // A browser asks this one.
            return Request(
                page: try requests.consent(
                    redirect: Self.redirect, state: Self.state, challenge: Self.challenge(), now: now))
        case .code:
            return Request(
                try requests.exchange(
                    code: Secret(parameters["code"] ?? ""), redirect: Self.redirect, verifier: Secret(Self.verifier),
                    now: now))
        case .verification:
            var secrets = script.context.secrets
            secrets[AuthorizationMethod.accessToken] = token?.access
            verification = try Verification(
                object, method: method, settings: script.context.settings, secrets: secrets,
                token: .object(token?.kept ?? JSONObject()), now: now)
            if verification == nil { step = .over }
            return verification.map { Request($0.request) }
        case .over: return nil
        }
    }

    /// Takes the answer to the last request.
    /// - Throws: what is wrong with it.
    package mutating func take(_ response: ProviderResponse) throws {
        switch step {
        case .page:
            try comeBack(response)
            step = .code
        case .code:
            switch requests.read(response, asked: now) {
            case .granted(var granted):
                for (name, value) in requests.kept(ofRedirect: parameters) where granted.kept[name] == nil {
                    granted.kept[name] = value
                }
                token = granted
            case .refused(let failure), .unavailable(let failure), .unclear(let failure): throw failure
            }
            step = .verification
        case .verification:
            if let failure = verification?.problem(response, now: now) { throw failure }
            step = .over
        case .over: break
        }
    }

    private mutating func comeBack(_ response: ProviderResponse) throws {
        let location = response.headers.first { $0.name.lowercased() == "location" }?.value ?? ""
        guard response.status == 302, location.hasPrefix(Self.redirect + "?") else {
            throw ExchangeScript.Problem(
                description: "the person's consent must be answered with 302 and a Location at \(Self.redirect)")
        }
        let items = MadeRequest(method: "GET", url: location, headers: [], body: nil).query
        parameters = Dictionary(items.map { ($0.name, $0.value) }) { first, _ in first }
        guard parameters["state"] == Self.state, parameters["code"] != nil else {
            throw ExchangeScript.Problem(description: "the Location needs code and state=\(Self.state)")
        }
    }

    private static func challenge() throws -> String {
        Base64.url.encode(try SHA256.digest(Array(verifier.utf8)[...]))
    }
}
