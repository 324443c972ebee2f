import Cryptography

extension ObjectDefinition {
    /// The ways of authorisation for which everything has been given.
    package func possibleWays(given secrets: [String: Secret]) -> [AuthorizationMethod] {
        authorization.filter { method in
            let isGiven = method.givenSecretNames.allSatisfy { secrets[$0] != nil }
            return isGiven || (method.hasToken && secrets[AuthorizationMethod.accessToken] != nil)
        }
    }

    /// The way of authorisation that an integration with these secrets uses: the one that it has been `connected` by;
    /// else the one that most of them are for; else the first. Nil where there is none whose secrets it has.
    package func way(given secrets: [String: Secret], connected: String? = nil) -> AuthorizationMethod? {
        let possible = possibleWays(given: secrets)
        if let connected, let method = possible.first(where: { $0.name == connected }) { return method }
        // Every way of an app needs the app's own id and secret, so they tell nothing.
        func own(_ method: AuthorizationMethod) -> Int {
            method.givenSecretNames.count { $0 != "client_id" && $0 != "client_secret" && secrets[$0] != nil }
        }
        let most = possible.map(own).max()
        return possible.first { own($0) == most }
    }
}
