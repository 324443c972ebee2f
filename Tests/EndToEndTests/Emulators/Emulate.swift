import Foundation
import FoundationNetworking
import Pipeline

/// The fakes of real providers' APIs in ../shared/emulate, which we did not write: one process, each service on a port
/// of its own.
struct Emulate {
    /// The services, in the order of their ports.
    enum Service: String, CaseIterable, Sendable {
        case github, google, slack, microsoft, okta, stripe, linear, twilio
    }

    /// Why they cannot be had here; nil where they can.
    static let absence: String? = {
        if program == nil { return "emulate is not in \(folder): see its README, or set EMULATE_HOME" }
        return node == nil ? "Node.js is not installed" : nil
    }()

    private static var folder: String {
        if let home = ProcessInfo.processInfo.environment["EMULATE_HOME"], !home.isEmpty { return home }
        return URL(fileURLWithPath: #filePath).appending(path: "../../../../../shared/emulate").standardized.path
    }

    private static var program: String? {
        let path = "\(folder)/node_modules/emulate/dist/index.js"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    private static var node: String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/node" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private let first: Int

    /// Starts all of them with `seed` and returns when they answer.
    init(_ pipeline: Pipeline, seed: String) async throws {
        guard let program = Self.program, let node = Self.node else {
            throw PipelineError(Self.absence ?? "no emulator")
        }
        let first = try FreePort.first(of: Service.allCases.count)
        self.first = first
        let process = try pipeline.launch(
            node,
            [
                program, "--service", Service.allCases.map(\.rawValue).joined(separator: ","), "--port", "\(first)",
                "--seed", try pipeline.write(seed, to: "emulate.yaml"),
            ], ProcessInfo.processInfo.environment.filter { ["PATH", "HOME"].contains($0.key) })
        for service in Service.allCases {
            let url = url(service)
            try await pipeline.wait(for: "the emulator of \(service)", within: .seconds(30)) {
                if process.outcome != nil { throw PipelineError("emulate ended: \(try process.output())") }
                guard let url = URL(string: url) else { return false }
                return (try? await URLSession.shared.data(from: url)) != nil
            }
        }
    }

    /// Where a service is.
    func url(_ service: Service) -> String {
        "http://127.0.0.1:\(first + (Service.allCases.firstIndex(of: service) ?? 0))"
    }

    /// A body of a request.
    enum Body {
        case json(String)
        case form(String)
    }

    /// Asks a service itself, past Tributary.
    /// - Throws: `PipelineError` unless it agrees.
    @discardableResult
    func ask(
        _ service: Service, _ method: String, _ path: String, authorization: String, _ body: Body? = nil
    ) async throws -> String {
        guard let url = URL(string: url(service) + path) else { throw PipelineError("no address: \(path)") }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.setValue(authorization, forHTTPHeaderField: "Authorization")
        switch body {
        case .json(let text):
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(text.utf8)
        case .form(let text):
            request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(text.utf8)
        case nil: break
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        let text = String(decoding: data, as: UTF8.self)
        guard let status = (response as? HTTPURLResponse)?.statusCode, (200...299).contains(status) else {
            throw PipelineError("\(service) \(method) \(path): \(response) \(text)")
        }
        return text
    }
}
