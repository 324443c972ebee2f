import Catalog
import FoundationEssentials
import HTTPClient
import JSON
import Service
import YAML

// The values of an apply file.
extension ApplyReader {
    mutating func checkKeys(of node: YAMLNode, _ what: String, known: [String]) {
        guard let members = node.mapping else {
            report(
                node.mark, "\(what) must be a map, not \(node.kindName)", "write keys: \(known.joined(separator: ", "))"
            )
            return
        }
        for member in members where !known.contains(member.key) {
            report(
                member.keyMark, "'\(member.key)' is not known in \(what)",
                "use one of \(known.joined(separator: ", "))")
        }
    }

    mutating func list(_ node: YAMLNode?, _ key: String, at parent: YAMLNode) -> [YAMLNode] {
        guard let node else {
            if key == "customers" { report(parent.mark, "there are no customers", "write customers: with a list") }
            return []
        }
        guard let items = node.sequence else {
            report(node.mark, "\(key) must be a list, not \(node.kindName)", "start each entry with a hyphen")
            return []
        }
        return items
    }

    mutating func key(_ node: YAMLNode, _ what: String) -> String? {
        let text = node["key"]?.scalar?.text ?? ""
        let allowed = text.utf8.allSatisfy {
            ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 || $0 == 46 || $0 == 95
        }
        let startsWell = text.utf8.first.map { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) } ?? false
        guard allowed, startsWell, text.utf8.count <= 63 else {
            report(
                node["key"]?.mark ?? node.mark, text.isEmpty ? "\(what) has no key" : "'\(text)' cannot be a key",
                "write key: with lower-case letters, digits, hyphens, dots and underscores")
            return nil
        }
        return text
    }

    mutating func duration(_ node: YAMLNode, _ what: String) -> Duration? {
        guard let duration = node.scalar.flatMap({ DurationText.parse($0.text) }), duration >= .seconds(1) else {
            report(
                node.mark, "\(what) is not a duration of at least a second",
                "write a number with s, m, h or d, such as 15m")
            return nil
        }
        return duration
    }

    mutating func number(_ node: YAMLNode?, _ what: String) -> Double? {
        guard let node else { return nil }
        guard let number = node.scalar.flatMap({ Double($0.text) }), number > 0, number <= 1000 else {
            report(node.mark, "\(what) must be a number above 0 and at most 1000", "leave it out for the default")
            return nil
        }
        return number
    }

    /// `alerts: { email: … }`: who is told what the customer has to do.
    mutating func alertEmail(_ node: YAMLNode?) -> String? {
        guard let node else { return nil }
        checkKeys(of: node, "alerts", known: ["email"])
        guard let email = node["email"] else { return nil }
        guard let text = email.scalar?.text, Mail.isAddress(text) else {
            report(email.mark, "alerts.email is no e-mail address", "write one address, such as data@example.com")
            return nil
        }
        return text
    }

    mutating func flag(_ node: YAMLNode?) -> Bool {
        guard let node else { return true }
        switch node.scalar?.text {
        case "true": return true
        case "false": return false
        default:
            report(node.mark, "enabled must be true or false", "leave it out for true")
            return true
        }
    }

    /// Secrets stand in the file only as references: to an environment variable or to a file.
    mutating func secrets(_ node: YAMLNode?, of customer: String, _ integration: String) {
        guard let node else { return }
        var read = JSONObject()
        for member in node.mapping ?? [] {
            if let variable = member.value["env"]?.scalar?.text {
                guard let value = environment[variable], !value.isEmpty else {
                    report(member.value.mark, "the environment variable \(variable) is not set", "set it, or use file:")
                    continue
                }
                read[member.key] = .string(value)
            } else if let path = member.value["file"]?.scalar?.text {
                guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else {
                    report(
                        member.value.mark, "the file \(path) cannot be read or is empty",
                        "check its name and permissions")
                    continue
                }
                let text = String(decoding: data, as: UTF8.self)
                read[member.key] = .string(String(text.reversed().drop { $0.isNewline }.reversed()))
            } else {
                report(
                    member.value.mark, "the secret '\(member.key)' is neither { env: NAME } nor { file: PATH }",
                    "keep secrets out of the file: name the environment variable or the file that holds it")
            }
        }
        if !read.isEmpty { secrets.append((customer, integration, read)) }
    }
}
