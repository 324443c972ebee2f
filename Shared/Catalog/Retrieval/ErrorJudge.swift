import JSON
import Models

/// Decides about a response by the definition's rules and, where none matches, by its status.
struct ErrorJudge {
    let definition: ObjectDefinition
    let scope: Scope

    /// What is to be done instead of reading a page; nil where there is a page to read.
    enum Verdict {
        case outcome(ResponseOutcome)
        case ignore(String)
    }

    /// With `ignoresMissing` a thing that is not there is ignored where no rule says otherwise.
    func verdict(
        _ view: ResponseView, body: ArraySlice<UInt8>, now: Timestamp, ignoresMissing: Bool = false
    ) -> Verdict? {
        for rule in definition.errors {
            do {
                guard try matches(rule, view, body) else { continue }
            } catch {
                return .outcome(.failed(Failure(.definition, "the condition of an error rule failed: \(error)")))
            }
            return apply(rule, view, now)
        }
        if ignoresMissing, view.status == 404 || view.status == 410 { return .ignore("there is nothing more") }
        return byStatus(view, now)
    }

    private func matches(_ rule: ErrorRule, _ view: ResponseView, _ body: ArraySlice<UInt8>) throws(ExpressionFailure)
        -> Bool
    {
        if let statuses = rule.statuses, !statuses.contains(where: { $0.contains(view.status) }) { return false }
        if let text = rule.contains, !body.contains(text: Array(text.utf8)) { return false }
        if let condition = rule.condition {
            var scope = scope
            scope.response = view
            return try condition.value(in: scope).isTrue
        }
        return true
    }

    private func apply(_ rule: ErrorRule, _ view: ResponseView, _ now: Timestamp) -> Verdict {
        let cause = rule.message ?? "\(definition.provider) answered \(view.status) for \(definition.name)"
        let told = view.header("Retry-After").flatMap { PauseHeader.time($0, now: now) }
        let own: Timestamp? =
            switch rule.after {
            case .duration(let duration): now + duration
            case .header(let name): view.header(name).flatMap { PauseHeader.time($0, now: now) }
            case .template(let template): time(template, view, now)
            case nil: nil
            }
        let retryAt = [told, own].compactMap { $0 }.max()
        func failure(_ kind: FailureClass) -> Failure { Failure(kind, cause, advice: rule.advice, retryAt: retryAt) }
        switch rule.action {
        case .retry: return .outcome(.retry(failure(.transient)))
        case .throttle: return .outcome(.throttled(failure(.throttled)))
        case .postpone: return .outcome(.postponed(failure(.transient)))
        case .restart: return .outcome(.restart(failure(.transient)))
        case .fail: return .outcome(.failed(failure(rule.failureClass)))
        case .ignore: return .ignore(cause)
        }
    }

    private func time(_ template: Template, _ view: ResponseView, _ now: Timestamp) -> Timestamp? {
        var scope = scope
        scope.response = view
        switch try? template.value(in: scope) {
        case .time(let time): return min(max(time, now), now + .seconds(86_400))
        case let value: return value?.scalarText.flatMap { PauseHeader.time($0, now: now) }
        }
    }

    private func byStatus(_ view: ResponseView, _ now: Timestamp) -> Verdict? {
        let (provider, object) = (definition.provider, definition.name)
        let retryAt = (view.header("Retry-After") ?? definition.limits.reset.flatMap { $0.text(view, scope) })
            .flatMap { PauseHeader.time($0, now: now) }
        func failed(_ kind: FailureClass, _ cause: String, _ advice: String) -> Verdict {
            .outcome(.failed(Failure(kind, cause, advice: advice)))
        }
        switch view.status {
        case 200...299: return nil
        case 429:
            return .outcome(
                .throttled(Failure(.throttled, "\(provider) asks for fewer requests (429)", retryAt: retryAt)))
        case 408, 425, 500...599:
            return .outcome(
                .retry(Failure(.transient, "\(provider) answered \(view.status) for \(object)", retryAt: retryAt)))
        case 401:
            return failed(
                .authorization, "\(provider) refused the credential (401)",
                "reconnect: the key or password is wrong, expired or revoked")
        case 403:
            // A matter of permissions: this object pauses, and the others go on (2-contracts, "Failures").
            return failed(
                .configuration, "\(provider) does not allow reading \(object) (403)",
                "give the connected user or key permission to read \(object)")
        case 404, 410:
            return failed(
                .configuration, "\(provider) has no \(object) at the address asked (\(view.status))",
                "check the settings of the integration, such as the address, subdomain or account")
        case 300...399:
            return failed(
                .configuration, "\(provider) redirects \(object) elsewhere (\(view.status))",
                "correct the address in the settings or base_url")
        default:
            return failed(
                .definition, "\(provider) did not understand the request for \(object) (\(view.status))",
                "check the request in the definition against the provider's documentation")
        }
    }
}

extension ArraySlice<UInt8> {
    /// Whether `text` occurs.
    fileprivate func contains(text: [UInt8]) -> Bool {
        guard let first = text.first else { return true }
        var index = startIndex
        while index + text.count <= endIndex {
            if self[index] == first, self[index..<index + text.count].elementsEqual(text) { return true }
            index += 1
        }
        return false
    }
}
