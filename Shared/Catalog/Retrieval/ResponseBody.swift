import JSON
import Models

/// The body of a response as a JSON document, whatever it was written in.
struct ResponseBody {
    /// Why there is none.
    enum Problem: Error {
        case json(JSONError)
        case other(UnreadableBody)
    }

    let document: Result<JSONDocument, Problem>

    init(_ response: ProviderResponse, format: ResponseFormat, limit: Int) {
        document = Result { () throws(Problem) in
            let isError = !(200...299).contains(response.status)
            // Errors are JSON even where the records are not.
            let kind = isError ? .json : format.kind
            let bytes: [UInt8]
            do throws(UnreadableBody) {
                switch kind {
                case .json: bytes = response.body
                case .csv:
                    var reader = CSVReader(response.body[...], separator: format.separator, limit: limit * 4)
                    bytes = try reader.json(columns: format.columns)
                case .jsonl: bytes = JSONLines.json(response.body[...])
                }
            } catch {
                throw .other(error)
            }
            do throws(JSONError) {
                return try JSONDocument(bytes[...], limits: JSONLimits(bytes: kind == .json ? limit : limit * 4))
            } catch {
                throw .json(error)
            }
        }
    }
}

extension ResponseBody.Problem {
    /// What it means for the run.
    func outcome(provider: String, object: String) -> ResponseOutcome {
        switch self {
        case .json(let error) where error.kind == .truncated || error.kind == .empty:
            // The connection broke or the provider stumbled; the same request may well succeed.
            .retry(Failure(.transient, "the response of \(provider) for \(object) is not complete: \(error)"))
        case .json(let error) where error.kind == .markup:
            .failed(
                Failure(
                    .definition, "\(provider) answered \(object) with HTML or XML instead of JSON",
                    advice: "check base_url and the path: a login or maintenance page may stand there"))
        case .json(let error):
            .failed(
                Failure(
                    .definition, "the response of \(provider) for \(object) is not usable JSON: \(error)",
                    advice: "check the request against the provider's documentation"))
        case .other(let error):
            .failed(
                Failure(
                    .definition, "the response of \(provider) for \(object) cannot be read: \(error)",
                    advice: "check 'format' against the provider's documentation"))
        }
    }
}
