import Foundation
import FoundationNetworking

/// What a service shows under /metrics.
public enum ServiceMetrics {
    /// The sum of all series of `name` (Prometheus's text format).
    /// - Throws: `PipelineError` if the service does not answer.
    public static func sum(of name: String, port: Int) async throws -> Double {
        guard let url = URL(string: "http://127.0.0.1:\(port)/metrics") else { throw PipelineError("no port \(port)") }
        let (data, response) = try await URLSession.shared.data(from: url)
        guard (response as? HTTPURLResponse)?.statusCode == 200 else {
            throw PipelineError("\(url) answers \(response)")
        }
        return String(decoding: data, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("\(name) ") || $0.hasPrefix("\(name){") }
            .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }
}
