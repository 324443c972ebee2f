import Catalog
import Connections
import Credentials
import Cryptography
import HTTPClient
import JSON
import Models
import Service
import Storage

/// `tributary connect <integration>`
enum ConnectCommand {
    private static let method = Setting.text(
        "auth", "The way of authorisation, where another one is meant than the secrets tell", placeholder: "NAME"
    ).optional
    private static let noBrowser = Setting.toggle("no-browser", "Print the address and open no browser")
    private static let redirectPort = Setting.integer(
        "redirect-port", in: 0...65535, default: "0",
        "The port that the browser comes back to, where the provider wants it registered; 0 takes a free one")
    private static let redirectHost = Setting.text(
        "redirect-host", default: "127.0.0.1", "The name in the address that the browser comes back to",
        placeholder: "HOST")

    static let command = Command(
        "connect", "connects an integration with its provider: where that needs a person, in a browser",
        arguments: [CommandArgument("integration", "customer/integration")],
        settings: [
            StandardSettings.postgres, OperatorSettings.keeper, ConnectionSettings.catalog, OperatorSettings.keys,
            OperatorSettings.allowAddresses, method, noBrowser, redirectPort, redirectHost,
            OperatorSettings.json,
        ]
    ) { call in
        let database = try call.keeperPostgres()
        let name = call.argument(0) ?? ""
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw CommandFailure("'\(name)' is not of the form customer/integration", exitCode: .usage)
        }
        let found = try await call.asKeeper {
            try await ConnectionTarget.find(customer: parts[0], key: parts[1], in: database)
        }
        guard let target = found else {
            throw CommandFailure(
                "there is no integration \(name) with an object; `tributary apply` makes one", exitCode: .badInput)
        }
        let connection = try await call.asKeeper {
            try await Connecting(
                name: name, target: target, method: call[method], database: database,
                catalog: CatalogFolder(path: call[ConnectionSettings.catalog]), keys: try keyRing(call),
                transport: CurlTransport(
                    CurlSettings(addresses: call[OperatorSettings.allowAddresses], userAgent: "Tributary/1.0")))
        }
        let granted: GrantedToken?
        if !connection.method.hasToken {
            granted = nil
        } else if connection.requests.needsNobody {
            granted = try await connection.grant()
        } else {
            granted = try await consent(connection, call)
        }
        let verified = try await connection.verify(granted)
        if let granted { try await connection.store(granted) }
        let result = ConnectResult(
            integration: name, method: connection.method.name, verified: verified, connected: granted != nil)
        try call.show(result, result.text)
        return .success
    }

    private static func keyRing(_ call: Invocation) throws -> KeyRing {
        guard let text = call[OperatorSettings.keys] else {
            throw CommandFailure(
                "there is no key to seal the token with: set TRIBUTARY_KEYS or TRIBUTARY_KEYS_FILE", exitCode: .usage)
        }
        return try KeyRing(parsing: Secret(text))
    }

    /// Sends a person to the provider and waits until the browser comes back.
    private static func consent(_ connection: Connecting, _ call: Invocation) async throws -> GrantedToken {
        let consent = try Consent()
        let loopback = try LoopbackRedirect(host: call[redirectHost], port: call[redirectPort], consent: consent)
        let answer: LoopbackRedirect.Answer
        do {
            let address = try connection.requests.consent(
                redirect: loopback.address, state: consent.state, challenge: consent.challenge, now: connection.now)
            let invitation = [
                "To connect \(connection.name) with \(connection.method.title), open:\n\n  \(address)\n",
                "Waiting for the browser to come back to \(loopback.address)",
            ]
            // A person reads this even where a script reads the result.
            for line in invitation {
                if call[OperatorSettings.json] { call.terminal.complain(line) } else { call.terminal.print(line) }
            }
            if !call[noBrowser], !Browser.open(address) {
                call.terminal.complain("no browser could be opened here: copy the address into one on this machine")
            }
            answer = try await loopback.answer()
        } catch {
            await loopback.stop()
            throw error
        }
        await loopback.stop()
        switch answer {
        case .refused(let code):
            throw CommandFailure("the provider came back without consent: \(code); nothing was changed")
        case .code(let code, let parameters):
            return try await connection.exchange(
                code: code, redirect: loopback.address, verifier: consent.verifier, parameters: parameters)
        }
    }
}
