import HTTPServer

/// Writes what an HTTP server reports to the log.
public enum HTTPServerFaultLog {
    /// Writes `fault`.
    public static func write(_ fault: HTTPServerFault, _ logger: Logger) {
        switch fault {
        case .handler(let method, let path, let error):
            logger.error("request failed", [.method: .text(method), .path: .text(path), .error: .error(error)])
        case .timeout(let method, let path):
            logger.error("request took too long", [.method: .text(method), .path: .text(path)])
        case .library(let line): logger.debug("libmicrohttpd", [.cause: .text(line)])
        }
    }
}
