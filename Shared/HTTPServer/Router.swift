/// Finds the handler of a request by method and path.
public struct Router: Sendable {
    /// Answers a request. A thrown `Problem` is the answer; any other error is answered with 500 and reported.
    public typealias Handler = @Sendable (Request) async throws -> Response

    private enum Part: Hashable {
        case literal(String)
        case parameter(String)
    }
    private struct Route {
        let parts: [Part]
        var handlers: [String: Handler]
    }
    private var routes: [Route] = []

    /// A router without routes, which answers 404 to everything.
    public init() {}

    /// Answers `method` (in capitals) on the paths that fit `pattern`, as in `/objects/{id}/runs`; a part in braces
    /// fits anything but nothing, and is found in the request's `parameters`. Where several patterns fit, the one
    /// with a literal part first from the left wins. GET answers HEAD too.
    public mutating func on(_ method: String, _ pattern: String, _ handler: @escaping Handler) {
        let parts = Self.segments(pattern).map { part in
            part.hasPrefix("{") && part.hasSuffix("}")
                ? Part.parameter(String(part.dropFirst().dropLast())) : Part.literal(part)
        }
        if let index = routes.firstIndex(where: { $0.parts == parts }) {
            routes[index].handlers[method] = handler
        } else {
            routes.append(Route(parts: parts, handlers: [method: handler]))
        }
    }

    /// Answers GET and HEAD.
    public mutating func get(_ pattern: String, _ handler: @escaping Handler) { on("GET", pattern, handler) }
    /// Answers POST.
    public mutating func post(_ pattern: String, _ handler: @escaping Handler) { on("POST", pattern, handler) }
    /// Answers PUT.
    public mutating func put(_ pattern: String, _ handler: @escaping Handler) { on("PUT", pattern, handler) }
    /// Answers DELETE.
    public mutating func delete(_ pattern: String, _ handler: @escaping Handler) { on("DELETE", pattern, handler) }

    /// Answers `request`.
    /// - Throws: what the handler throws; `Problem` 404 and 405 where there is none.
    public func handle(_ request: Request) async throws -> Response {
        let fitting = routes.filter { Self.fit($0.parts, request.segments) }
        guard !fitting.isEmpty else {
            throw Problem(404, detail: "There is nothing at this path.")
        }
        let method = request.method
        let able = fitting.filter { $0.handlers[method] != nil || (method == "HEAD" && $0.handlers["GET"] != nil) }
        guard let route = able.min(by: { Self.isMoreSpecific($0.parts, $1.parts) }),
            let handler = route.handlers[method] ?? route.handlers["GET"]
        else {
            let allowed = Set(fitting.flatMap(\.handlers.keys)).sorted().joined(separator: ", ")
            throw Problem(
                405, detail: "This path answers \(allowed).", headers: [HeaderField("Allow", allowed)])
        }
        var request = request
        for (part, segment) in zip(route.parts, request.segments) {
            if case .parameter(let name) = part { request.parameters[name] = segment }
        }
        return try await handler(request)
    }

    static func segments(_ path: some StringProtocol) -> [String] {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
        return path.hasPrefix("/") ? Array(parts.dropFirst()) : parts
    }

    private static func fit(_ parts: [Part], _ segments: [String]) -> Bool {
        parts.count == segments.count
            && zip(parts, segments).allSatisfy { part, segment in
                switch part {
                case .literal(let text): text == segment
                case .parameter: !segment.isEmpty
                }
            }
    }

    private static func isMoreSpecific(_ left: [Part], _ right: [Part]) -> Bool {
        for case let (a, b) in zip(left, right) {
            switch (a, b) {
            case (.literal, .parameter): return true
            case (.parameter, .literal): return false
            default: continue
            }
        }
        return false
    }
}
