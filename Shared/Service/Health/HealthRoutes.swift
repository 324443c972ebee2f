import FoundationEssentials
import HTTPServer

extension Router {
    /// Adds `/healthz` (the process is alive), `/readyz` (it can do its work, with each check's state and reason; 503
    /// when it cannot) and `/metrics`.
    public mutating func addHealth(_ health: Health, metrics: Metrics) {
        get("/healthz") { _ in .text("alive\n") }
        get("/readyz") { _ in
            let report = health.report
            return try .json(report, status: report.ready ? 200 : 503)
        }
        get("/metrics") { _ in
            Response(
                headers: [HeaderField("Content-Type", PrometheusText.contentType)],
                body: .bytes(Array(PrometheusText.render(metrics).utf8)))
        }
    }
}
