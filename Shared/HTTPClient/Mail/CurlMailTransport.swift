import CCurl
import CCurlShim

/// How a `CurlMailTransport` reaches its server.
public struct MailSettings: Sendable {
    /// `smtps://host:465` (TLS from the start) or `smtp://host:587` (STARTTLS, unless `allowsPlain`).
    public var url: String
    /// Who signs in; nil for nobody.
    public var user: String?
    /// Its password.
    public var password: String?
    /// Whether a server on smtp:// may do without TLS: for a relay on the same machine.
    public var allowsPlain: Bool
    /// A PEM file of trusted certificate authorities; nil for the system's.
    public var caBundle: String?
    /// How long one mail may take.
    public var timeout: Duration

    /// Settings.
    public init(
        url: String, user: String? = nil, password: String? = nil, allowsPlain: Bool = false, caBundle: String? = nil,
        timeout: Duration = .seconds(60)
    ) {
        self.url = url
        self.user = user
        self.password = password
        self.allowsPlain = allowsPlain
        self.caBundle = caBundle
        self.timeout = timeout
    }
}

/// Sends e-mails over SMTP with libcurl, one connection and one thread a mail: alerts are few.
public struct CurlMailTransport: MailTransport {
    private let settings: MailSettings

    /// A transport.
    public init(_ settings: MailSettings) { self.settings = settings }

    /// Returns when the server has taken the responsibility for `mail`.
    /// - Throws: `MailError`.
    public func send(_ mail: Mail) async throws(MailError) {
        if let problem = mail.problem { throw problem }
        let settings = settings
        let result: Result<Void, MailError> = await withUnsafeContinuation { continuation in
            let isStarted = CurlThread.start { continuation.resume(returning: Self.deliver(mail, settings)) }
            if !isStarted {
                continuation.resume(returning: .failure(MailError(isPermanent: false, "there is no thread left")))
            }
        }
        try result.get()
    }

    /// What is left to be sent.
    private final class Upload {
        let bytes: [UInt8]
        var sent = 0
        init(_ bytes: [UInt8]) { self.bytes = bytes }
    }

    private static let read: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int =
        {
            buffer, size, count, context in
            guard let buffer, let context else { return 0 }
            let upload = Unmanaged<Upload>.fromOpaque(context).takeUnretainedValue()
            let length = min(size * count, upload.bytes.count - upload.sent)
            upload.bytes.withUnsafeBytes { bytes in
                guard length > 0, let base = bytes.baseAddress else { return }
                UnsafeMutableRawPointer(buffer).copyMemory(from: base + upload.sent, byteCount: length)
            }
            upload.sent += length
            return length
        }

    private static let discard:
        @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int =
            { _, size, count, _ in size * count }

    private static func deliver(_ mail: Mail, _ settings: MailSettings) -> Result<Void, MailError> {
        guard CurlLibrary.isReady, let handle = curl_easy_init() else {
            return .failure(MailError(isPermanent: false, "libcurl cannot be started: no memory left"))
        }
        defer { curl_easy_cleanup(handle) }
        var recipients: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(recipients) }
        for address in mail.to {
            guard let longer = curl_slist_append(recipients, "<\(address)>") else {
                return .failure(MailError(isPermanent: false, "no memory left"))
            }
            recipients = longer
        }
        let upload = Upload(mail.message)
        let code = withExtendedLifetime(upload) {
            configure(handle, mail, settings, recipients, upload) ? curl_easy_perform(handle) : CURLE_OUT_OF_MEMORY
        }
        guard code != CURLE_OK else { return .success(()) }
        return .failure(error(code, reply: curl_shim_get_long(handle, CURLINFO_RESPONSE_CODE), settings))
    }

    private static func configure(
        _ handle: UnsafeMutableRawPointer, _ mail: Mail, _ settings: MailSettings,
        _ recipients: UnsafeMutablePointer<curl_slist>?, _ upload: Upload
    ) -> Bool {
        var codes: [CURLcode] = [
            curl_shim_set_string(handle, CURLOPT_URL, settings.url),
            curl_shim_set_string(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
            curl_shim_set_string(handle, CURLOPT_PROXY, ""),
            curl_shim_set_long(handle, CURLOPT_NOSIGNAL, 1),
            curl_shim_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, MonotonicTime.milliseconds(.seconds(15))),
            curl_shim_set_long(handle, CURLOPT_TIMEOUT_MS, MonotonicTime.milliseconds(settings.timeout)),
            curl_shim_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            curl_shim_set_long(
                handle, CURLOPT_USE_SSL,
                Int(settings.allowsPlain ? CURLUSESSL_TRY.rawValue : CURLUSESSL_ALL.rawValue)),
            curl_shim_set_string(handle, CURLOPT_MAIL_FROM, "<\(mail.from)>"),
            curl_shim_set_list(handle, CURLOPT_MAIL_RCPT, recipients),
            curl_shim_set_long(handle, CURLOPT_UPLOAD, 1),
            curl_shim_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(upload.bytes.count)),
            curl_shim_on_read(handle, read, Unmanaged.passUnretained(upload).toOpaque()),
            curl_shim_on_body(handle, discard, nil),
        ]
        if let user = settings.user { codes.append(curl_shim_set_string(handle, CURLOPT_USERNAME, user)) }
        if let password = settings.password {
            codes.append(curl_shim_set_string(handle, CURLOPT_PASSWORD, password))
        }
        if let file = settings.caBundle { codes.append(curl_shim_set_string(handle, CURLOPT_CAINFO, file)) }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// The server's number says whether trying again is of use; its words may quote what it was sent.
    private static func error(_ code: CURLcode, reply: Int, _ settings: MailSettings) -> MailError {
        let what =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST: "its name cannot be resolved"
            case CURLE_COULDNT_CONNECT: "it does not take connections"
            case CURLE_OPERATION_TIMEDOUT: "it took too long"
            case CURLE_USE_SSL_FAILED: "it offers no TLS; without that nothing is sent"
            case CURLE_PEER_FAILED_VERIFICATION: "its certificate could not be verified"
            case CURLE_LOGIN_DENIED: "it refuses the user or the password"
            case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING: "it ended the connection"
            default: "it refused the mail (libcurl's code \(code.rawValue))"
            }
        let host = settings.url.split(separator: "/").last.map(String.init) ?? settings.url
        let shown = host.split(separator: "@").last.map(String.init) ?? host
        // 5yz is for good, but for signing in, which somebody will mend.
        let isPermanent = (550...559).contains(reply) && code != CURLE_LOGIN_DENIED
        return MailError(
            isPermanent: isPermanent, "the mail server \(shown): \(what)" + (reply > 0 ? ", reply \(reply)" : ""))
    }
}
