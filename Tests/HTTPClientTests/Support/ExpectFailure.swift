import HTTPClient
import Testing

/// Expects `body` to end with an `HTTPError` of `kind`, whatever its words.
func expectFailure<Value>(
    _ kind: HTTPError.Kind, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Value
) async {
    do {
        _ = try await body()
        Issue.record(
            "succeeded instead of \(kind.rawValue). \(comment?.rawValue ?? "")", sourceLocation: sourceLocation)
    } catch let error as HTTPError {
        #expect(error.kind == kind, "\(error.description). \(comment?.rawValue ?? "")", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error) instead of \(kind.rawValue). \(comment?.rawValue ?? "")", sourceLocation: sourceLocation)
    }
}
