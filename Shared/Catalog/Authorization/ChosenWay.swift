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
        return Self.mostGiven(of: possible, secrets)
    }

    /// The way that requests are made by which nobody has chosen one for: as ``way(given:connected:)``, among those
    /// that need no token beside these secrets.
    func readyWay(given secrets: [String: Secret]) -> AuthorizationMethod? {
        let ready = authorization.filter { $0.secretNames.allSatisfy { secrets[$0] != nil } }
        return Self.mostGiven(of: ready, secrets)
    }

    private static func mostGiven(of methods: [AuthorizationMethod], _ secrets: [String: Secret])
        -> AuthorizationMethod?
    {
        // Every way of an app needs the app's own id and secret, so they tell nothing.
        func own(_ method: AuthorizationMethod) -> Int {
            method.givenSecretNames.count { $0 != "client_id" && $0 != "client_secret" && secrets[$0] != nil }
        }
        let most = methods.map(own).max()
        return methods.first { own($0) == most }
    }
}
