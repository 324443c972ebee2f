import Archives
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
            // Errors are JSON even where the records are not.
            let format = (200...299).contains(response.status) ? format : .json
            let bytes: [UInt8]
            do throws(UnreadableBody) {
                bytes = try Self.json(response.body, format, limit: limit)
            } catch {
                throw .other(error)
            }
            do throws(JSONError) {
                return try JSONDocument(
                    bytes[...], limits: JSONLimits(bytes: format.kind == .json ? limit : limit * 4))
            } catch {
                throw .json(error)
            }
        }
    }

    private static func json(_ body: [UInt8], _ format: ResponseFormat, limit: Int) throws(UnreadableBody) -> [UInt8] {
        guard let packing = format.packed else { return try json(file: body, format, limit: limit) }
        let files: [[UInt8]]
        do throws(ArchiveError) {
            files = try PackedFile(body, packing: packing).files(limit: limit)
        } catch {
            throw UnreadableBody(error.description, isCutOff: error.isCutOff)
        }
        if files.count == 1 { return try json(file: files[0], format, limit: limit) }
        guard format.kind == .csv || format.kind == .jsonl else {
            throw UnreadableBody("the archive has \(files.count) files, of which only CSV and JSON Lines make one list")
        }
        var out: [UInt8] = [UInt8(ascii: "[")]
        for file in files {
            let list = try json(file: file, format, limit: limit)
            guard list.count > 2 else { continue }
            if out.count > 1 { out.append(UInt8(ascii: ",")) }
            out.append(contentsOf: list.dropFirst().dropLast())
        }
        return out + [UInt8(ascii: "]")]
    }

    private static func json(
        file: [UInt8], _ format: ResponseFormat, limit: Int
    ) throws(UnreadableBody) -> [UInt8] {
        switch format.kind {
        case .json: return file
        case .jsonl: return JSONLines.json(file[...])
        case .csv:
            var reader = CSVReader(file[...], separator: format.separator, limit: limit * 4)
            return try reader.json(columns: format.columns)
        case .xml: return try XMLReader(file[...], lists: Set(format.lists), limit: limit * 4).json()
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
        case .other(let error) where error.isCutOff:
            .retry(Failure(.transient, "the response of \(provider) for \(object) is not complete: \(error)"))
        case .other(let error):
            .failed(
                Failure(
                    .definition, "the response of \(provider) for \(object) cannot be read: \(error)",
                    advice: "check 'format' against the provider's documentation"))
        }
    }
}
