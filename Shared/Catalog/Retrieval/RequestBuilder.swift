import Cryptography
import JSON
import Models

/// Computes requests from templates. No I/O.
struct RequestBuilder {
    let baseURL: Template
    let template: RequestTemplate
    let authorization: AuthorizationMethod?
    let limits: Limits
    let provider: String
    /// Whether the path may lead to another host, which then gets no credentials: finished reports lie where they will.
    var mayLeaveHost = false

    private struct Draft {
        var query: [(name: String, value: String, isSecret: Bool)] = []
        var headers: [RequestPlan.Header] = []
        var json: Value?
        var form: [(name: String, value: String)]?
    }

    func plan(scope: Scope, page: PageRequest, options: PageOptions?) throws(Failure) -> RequestPlan {
        var draft = Draft()
        let base = try evaluate(baseURL, scope, "base_url")
        guard let origin = WebAddress.origin(of: base.text) else {
            throw Failure(
                .configuration, "the address of \(provider) is not an absolute http or https address",
                advice: "correct the settings of the integration")
        }
        let isContinuation: Bool
        var address: (text: String, isSecret: Bool)
        if case .address(let next) = page {
            guard WebAddress.origin(of: next) == origin else {
                throw Failure(
                    .definition, "\(provider) named a next page on another host than \(origin)",
                    advice: "set base_url to the host that answers; credentials are not sent to others")
            }
            address = (next, false)
            isContinuation = true
        } else {
            address = try path(scope, base: base, origin: origin)
            isContinuation = false
        }
        for item in template.headers {
            try add(item, scope, "headers") { draft.headers.append(.init(name: $0, value: $1, isSecret: $2)) }
        }
        if !isContinuation {
            for item in template.query { try add(item, scope, "query") { draft.query.append(($0, $1, $2)) } }
        }
        try body(scope, &draft)
        if case .insert(let target, let value) = page { try insert(value, at: target, into: &draft) }
        if let size = options?.size, let target = options?.sizeInto, !isContinuation {
            try insert(.integer(Int64(size)), at: target, into: &draft)
        }
        let leaves = mayLeaveHost && WebAddress.origin(of: address.text) != origin
        if !leaves { try authorize(scope, &draft) }
        var plan = try assemble(address, draft)
        if !leaves { try sign(&plan, scope) }
        try Self.checkHeaders(plan.headers)
        return plan
    }

    // MARK: Parts

    private func evaluate(_ template: Template, _ scope: Scope, _ what: String) throws(Failure) -> (
        text: String, isSecret: Bool
    ) {
        do {
            let value = try template.value(in: scope)
            guard let text = value.scalarText else {
                throw ExpressionFailure(value.isNull ? "it gave nothing" : "it gave \(value.kind.names)")
            }
            return (text, value.isSecret)
        } catch {
            throw Failure(
                .definition, "'\(what)' could not be computed: \(error)",
                advice: "check the settings that it uses, or give a default")
        }
    }

    private func path(
        _ scope: Scope, base: (text: String, isSecret: Bool), origin: String
    ) throws(Failure) -> (text: String, isSecret: Bool) {
        let path = try evaluate(template.path, scope, "request.path")
        if WebAddress.origin(of: path.text) != nil {
            let isSecure = path.text.lowercased().hasPrefix("https://") || origin.hasPrefix("http://")
            guard
                template.path.literal != nil || WebAddress.origin(of: path.text) == origin || mayLeaveHost && isSecure
            else {
                throw Failure(
                    .definition, "'request.path' leads to another host than \(origin)",
                    advice: "keep the path on the host of base_url")
            }
            return path
        }
        let segments = path.text.split(separator: "/")
        guard template.path.literal != nil || !segments.contains(where: { $0 == ".." || $0 == "." }) else {
            throw Failure(
                .definition, "'request.path' steps out of its folder", advice: "check the values that it is made of")
        }
        var joined = base.text
        while joined.hasSuffix("/") { joined.removeLast() }
        if !path.text.isEmpty { joined += path.text.hasPrefix("/") ? path.text : "/" + path.text }
        return (joined, base.isSecret || path.isSecret)
    }

    private func add(
        _ item: RequestTemplate.Item, _ scope: Scope, _ part: String, to append: (String, String, Bool) -> Void
    ) throws(Failure) {
        for template in item.values {
            let value: Value
            do {
                value = try template.value(in: scope)
            } catch {
                throw Failure(
                    .definition, "'request.\(part).\(item.name)' could not be computed: \(error)",
                    advice: "correct the expression")
            }
            let values: [Value]
            if case .list(let items) = value { values = items } else { values = [value] }
            for value in values where !value.isNull {
                guard let text = value.scalarText else {
                    throw Failure(
                        .definition, "'request.\(part).\(item.name)' gave \(value.kind.names)",
                        advice: "use the filter json or join")
                }
                append(item.name, text, value.isSecret)
            }
        }
    }

    private func body(_ scope: Scope, _ draft: inout Draft) throws(Failure) {
        switch template.body {
        case .none: break
        case .json(let body):
            do {
                draft.json = try body.value(in: scope)
            } catch {
                throw Failure(
                    .definition, "'request.body' could not be computed: \(error)", advice: "correct the expression")
            }
        case .form(let items):
            var form: [(name: String, value: String)] = []
            for item in items { try add(item, scope, "form") { name, value, _ in form.append((name, value)) } }
            draft.form = form
        }
    }

    private func insert(_ value: Value, at target: RequestTarget, into draft: inout Draft) throws(Failure) {
        switch target {
        case .header(let name):
            guard let text = value.scalarText else { throw Self.notScalar(target) }
            draft.headers.removeAll { $0.name.lowercased() == name.lowercased() }
            draft.headers.append(.init(name: name, value: text, isSecret: value.isSecret))
        case .query(let name):
            guard let text = value.scalarText else { throw Self.notScalar(target) }
            draft.query.removeAll { $0.name == name }
            draft.query.append((name, text, value.isSecret))
        case .body(let path):
            let keys = path.steps.compactMap { if case .key(let key) = $0 { key } else { nil } }
            if draft.form != nil, let text = value.scalarText {
                let name = keys.joined(separator: ".")
                draft.form?.removeAll { $0.name == name }
                draft.form?.append((name, text))
            } else {
                draft.json = (draft.json ?? .map([:])).setting(value, at: keys[...])
            }
        }
    }

    private static func notScalar(_ target: RequestTarget) -> Failure {
        Failure(
            .definition, "a list or map cannot stand in a header or query", advice: "put the position into the body")
    }

    private func authorize(_ scope: Scope, _ draft: inout Draft) throws(Failure) {
        switch authorization?.scheme {
        case nil, .some(.none): break
        case .basic(let basic):
            let user = try credential(basic.username, scope)
            let password = try credential(basic.password, scope)
            let text = Base64.standard.encode("\(user):\(password)".utf8)
            draft.headers.append(.init(name: "Authorization", value: "Basic \(text)", isSecret: true))
        case .bearer(let bearer):
            let token = try credential(bearer.token, scope)
            draft.headers.append(.init(name: "Authorization", value: "\(bearer.word) \(token)", isSecret: true))
        case .oauth2(let oauth): try carry(oauth.carriage, scope, &draft)
        case .session(let session): try carry(session.carriage, scope, &draft)
        case .signed: break  // over the finished request, see sign
        case .apiKey(let key):
            try insert(.secret(try credential(key.value, scope)), at: key.target, into: &draft)
        }
    }

    private func carry(_ carriage: TokenCarriage, _ scope: Scope, _ draft: inout Draft) throws(Failure) {
        guard let token = scope.secrets[AuthorizationMethod.accessToken] else {
            throw Failure(
                .authorization, "the integration is not connected: it has no access token for \(provider)",
                advice: "connect it with `tributary connect`")
        }
        draft.headers.removeAll { $0.name.lowercased() == carriage.header.lowercased() }
        draft.headers.append(
            .init(name: carriage.header, value: carriage.value(token.reveal()), isSecret: true))
    }

    /// Adds the headers that are computed from the finished request.
    private func sign(_ plan: inout RequestPlan, _ scope: Scope) throws(Failure) {
        guard case .signed(let signed)? = authorization?.scheme else { return }
        var scope = scope
        scope.request = plan.signingFacts
        for header in signed.headers {
            let value = try credential(header.value, scope)
            plan.headers.removeAll { $0.name.lowercased() == header.name.lowercased() }
            plan.headers.append(.init(name: header.name, value: value, isSecret: true))
        }
    }

    private func credential(_ template: Template, _ scope: Scope) throws(Failure) -> String {
        do {
            if let text = try template.value(in: scope).scalarText { return text }
        } catch {
            // Told below in the same words: what is missing is a secret either way.
        }
        throw Failure(
            .authorization, "the integration has no credential for '\(authorization?.name ?? "")'",
            advice: "give the secrets: \((authorization?.secretNames ?? []).joined(separator: ", "))")
    }

    // MARK: Assembly

    private func assemble(_ address: (text: String, isSecret: Bool), _ draft: Draft) throws(Failure) -> RequestPlan {
        var url = PercentEncoding.address(address.text)
        var shown = address.isSecret ? "***" : url
        for (index, item) in draft.query.enumerated() {
            let mark = index == 0 && !url.contains("?") ? "?" : "&"
            let name = PercentEncoding.queryName(item.name)
            url += "\(mark)\(name)=\(PercentEncoding.component(item.value))"
            shown += "\(mark)\(name)=\(item.isSecret ? "***" : PercentEncoding.component(item.value))"
        }
        var headers = draft.headers
        var body: [UInt8]?
        func setUnlessThere(_ name: String, _ value: String) {
            if !headers.contains(where: { $0.name.lowercased() == name.lowercased() }) {
                headers.append(.init(name: name, value: value, isSecret: false))
            }
        }
        setUnlessThere("Accept", "application/json")
        if let json = draft.json {
            body = json.json.encodedSorted
            setUnlessThere("Content-Type", "application/json")
        } else if let form = draft.form {
            body = Array(
                form.map { "\(PercentEncoding.form($0.name))=\(PercentEncoding.form($0.value))" }.joined(separator: "&")
                    .utf8)
            setUnlessThere("Content-Type", "application/x-www-form-urlencoded")
        }
        return RequestPlan(
            method: template.method.rawValue, url: url, shownURL: shown, headers: headers, body: body,
            timeout: limits.timeout, maximumBody: limits.bodyBytes, limitClass: template.limitClass ?? limits.limitClass
        )
    }

    private static func checkHeaders(_ headers: [RequestPlan.Header]) throws(Failure) {
        for header in headers where header.value.utf8.contains(where: { $0 < 0x20 && $0 != 9 || $0 == 0x7F }) {
            throw Failure(
                .configuration,
                "the value of the header \(header.name) holds a line break or another control character",
                advice: "check the setting or secret that it is made of: a file often ends with a line break")
        }
    }
}

extension Value {
    /// This map with `value` at the end of `keys`; what is no map on the way becomes one.
    fileprivate func setting(_ value: Value, at keys: ArraySlice<String>) -> Value {
        guard let key = keys.first else { return value }
        var members: [String: Value] = [:]
        if case .map(let own) = self { members = own }
        members[key] = (members[key] ?? .map([:])).setting(value, at: keys.dropFirst())
        return .map(members)
    }
}

extension RequestPlan {
    /// What signatures are computed over. Secret, because the address may hold secrets.
    fileprivate var signingFacts: Value {
        let target = url.pieces(separatedBy: "://").dropFirst().joined(separator: "://")
        let host = target.prefix { $0 != "/" && $0 != "?" }
        let path = target.dropFirst(host.count).prefix { $0 != "?" }
        let query = target.dropFirst(host.count + path.count).dropFirst()
        return .map([
            "method": .text(method), "url": .secret(url), "host": .text(String(host)),
            "path": .secret(path.isEmpty ? "/" : String(path)), "query": .secret(String(query)),
            "body": .secret(String(decoding: body ?? [], as: UTF8.self)),
        ])
    }
}

extension PercentEncoding {
    /// An address with what may not stand in one encoded: spaces, control characters, quotes and everything beyond
    /// ASCII. What is encoded already stays.
    static func address(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte > 0x20, byte < 0x7F, !"\"<>\\^`{|}".utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
