import CCurl
import CCurlShim
import Glibc

extension CurlExchange {
    /// What the caller gets for libcurl's result.
    func outcome(_ code: CURLcode, handle: UnsafeMutableRawPointer) -> Result<HTTPResponse, HTTPError> {
        if code == CURLE_OK {
            // libcurl calls it a success when the connection ends in the middle of the headers.
            guard isHeaderComplete else { return .failure(failure(.connectionReset)) }
            let status = curl_shim_get_long(handle, CURLINFO_RESPONSE_CODE)
            return .success(HTTPResponse(status: status, headers: headers, body: body).padded())
        }
        if let verdict { return .failure(failure(verdict)) }
        if code == CURLE_COULDNT_CONNECT, onlyForbiddenAddresses { return .failure(failure(.forbiddenAddress)) }
        let proxyStatus = curl_shim_get_long(handle, CURLINFO_HTTP_CONNECTCODE)
        if case .proxy = route, code == CURLE_RECV_ERROR, proxyStatus >= 300 {
            return .failure(HTTPError(.proxyRefused, "\(url.host): the proxy answered \(proxyStatus) to CONNECT"))
        }
        // libcurl's name for a single header line that is too long for it.
        if code == CURLE_OUT_OF_MEMORY, phase == .requestSent || phase == .answering, !isHeaderComplete {
            return .failure(failure(.headersTooLarge))
        }
        // A reset between the connection and its first byte is seen as a connection that failed.
        if code == CURLE_COULDNT_CONNECT, curl_shim_get_long(handle, CURLINFO_OS_ERRNO) == Int(ECONNRESET) {
            return .failure(failure(.connectionReset))
        }
        if code == CURLE_SSL_CONNECT_ERROR, brokeOffInHandshake(handle) { return .failure(failure(.connectionReset)) }
        let kind = Self.kind(code, phase: phase)
        guard kind == .other else { return .failure(failure(kind)) }
        // libcurl's constant text for the code, which quotes nothing of the request.
        return .failure(HTTPError(.other, "\(url.host): \(String(cString: curl_easy_strerror(code)))"))
    }

    /// An error of `kind`, in words that name the host and nothing else of the request.
    func failure(_ kind: HTTPError.Kind) -> HTTPError {
        let limits = request.limits
        let text =
            switch kind {
            case .unresolvedHost:
                if case .proxy(_, nil) = route { "the name of the proxy is unknown" } else { "the name is unknown" }
            case .connectionRefused: "nobody accepts connections on port \(url.port)"
            case .connectionReset: "the connection broke off before the whole answer had come"
            case .timeoutConnecting: "no connection within \(limits.connect)"
            case .timeoutFirstByte: "no answer within \(limits.firstByte)"
            case .timeoutTotal: "no whole answer within \(limits.total)"
            case .tls: "the TLS handshake failed or its certificate is not trusted"
            case .bodyTooLarge: "the body is larger than \(limits.bodyBytes) bytes"
            case .headersTooLarge: "the headers are larger than \(limits.headerBytes) bytes or too many"
            case .forbiddenAddress:
                "its address is private, local or reserved; allow it in the configuration if that is meant"
            case .badContentEncoding: "the body cannot be decompressed as its Content-Encoding says"
            case .invalidResponse: "what it answers is not HTTP"
            case .cancelled: "cancelled"
            case .tooManyRedirects, .refusedRedirect, .invalidRequest, .proxyRefused, .other: "the request failed"
            }
        return HTTPError(kind, "\(url.host): \(text)")
    }

    /// libcurl has one code for a handshake that failed and one that the peer broke off. The latter is what an
    /// overloaded server does, and passes; only the words tell them apart (7.88 with OpenSSL 3).
    private func brokeOffInHandshake(_ handle: UnsafeMutableRawPointer) -> Bool {
        if [ECONNRESET, EPIPE].contains(Int32(truncatingIfNeeded: curl_shim_get_long(handle, CURLINFO_OS_ERRNO))) {
            return true
        }
        let words = String(cString: details)
        return words.contains("SSL_ERROR_SYSCALL") || words.contains("unexpected eof")
    }

    private static func kind(_ code: CURLcode, phase: Phase) -> HTTPError.Kind {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolvedHost
        case CURLE_COULDNT_CONNECT: .connectionRefused
        case CURLE_OPERATION_TIMEDOUT:
            phase == .connecting ? .timeoutConnecting : phase == .requestSent ? .timeoutFirstByte : .timeoutTotal
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_INITFAILED,
            CURLE_USE_SSL_FAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT:
            .tls
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            .connectionReset
        case CURLE_BAD_CONTENT_ENCODING: .badContentEncoding
        case CURLE_FILESIZE_EXCEEDED: .bodyTooLarge
        // The scheme of the request was checked before, so this is an answer without a status line.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: .invalidResponse
        default: .other
        }
    }
}
