import Foundation
import FoundationNetworking
import Pipeline

/// A person with a browser, as far as authorisation pages need one: opens the address that `tributary connect` prints,
/// chooses who to be and comes back.
struct Consent {
    private let pipeline: Pipeline

    init(_ pipeline: Pipeline) { self.pipeline = pipeline }

    /// Connects `integration` as `person`, whose name stands in the button of the page, and returns what the command says.
    func connect(_ integration: String, as person: String, redirectPort: Int) async throws -> String {
        let command = try pipeline.begin(
            ["connect", integration, "--no-browser", "--redirect-port", "\(redirectPort)"],
            // The operator's own role may not read credentials.
            settings: ["TRIBUTARY_POSTGRES": pipeline.database.connectionString(as: "tributary_keeper")])
        try await pipeline.wait(for: "the address to connect \(integration)", within: .seconds(30)) {
            if command.outcome != nil { throw PipelineError("connect ended: \(try command.output())") }
            return try command.output().contains("Waiting for the browser")
        }
        let address = try command.output().split(separator: "\n").map { $0.drop { $0 == " " } }
            .first { $0.hasPrefix("http") && $0.contains("state=") }
        guard let url = address.flatMap({ URL(string: String($0)) }) else {
            throw PipelineError("connect printed no address: \(try command.output())")
        }
        try await consent(at: url, as: person)
        let end = await command.waitForEnd()
        let output = try command.output()
        guard end == .exited(0) else { throw PipelineError("connect \(integration) ended with \(end): \(output)") }
        return output
    }

    private func consent(at url: URL, as person: String) async throws {
        let (data, _) = try await URLSession.shared.data(from: url)
        let page = String(decoding: data, as: UTF8.self)
        let forms = page.components(separatedBy: "<form").dropFirst().compactMap {
            $0.components(separatedBy: "</form>").first
        }
        guard let form = forms.first(where: { $0.contains(person) }),
            let action = Self.attribute("action", in: form),
            let target = URL(string: action, relativeTo: url)
        else { throw PipelineError("\(url.host ?? "") shows no button for \(person): \(page.suffix(500))") }
        var request = URLRequest(url: target)
        request.httpMethod = "POST"
        request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
        let fields = form.components(separatedBy: "<input").dropFirst().compactMap { input -> String? in
            guard let name = Self.attribute("name", in: input), let value = Self.attribute("value", in: input) else {
                return nil
            }
            return "\(Self.encoded(name))=\(Self.encoded(value))"
        }
        request.httpBody = Data(fields.joined(separator: "&").utf8)
        // The answer redirects to `tributary connect`, and URLSession follows like a browser.
        let (end, response) = try await URLSession.shared.data(for: request)
        guard (response as? HTTPURLResponse)?.statusCode == 200 else {
            throw PipelineError("the way back failed: \(response) \(String(decoding: end, as: UTF8.self))")
        }
    }

    private static func attribute(_ name: String, in tag: String) -> String? {
        let parts = tag.components(separatedBy: "\(name)=\"")
        guard parts.count > 1, let value = parts[1].components(separatedBy: "\"").first else { return nil }
        return value.replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&#39;", with: "'")
            .replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
            .replacingOccurrences(of: "&amp;", with: "&")
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
