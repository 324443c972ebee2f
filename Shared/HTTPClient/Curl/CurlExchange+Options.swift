import CCurl
import CCurlShim

extension CurlExchange {
    /// Sets everything on `handle`, which is fresh or was reset. False if libcurl is out of memory.
    func configure(_ handle: UnsafeMutableRawPointer, settings: CurlSettings) -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        var codes: [CURLcode] = [
            curl_shim_set_string(handle, CURLOPT_URL, url.text),
            curl_shim_set_pointer(handle, CURLOPT_PRIVATE, context),
            curl_shim_on_body(handle, CurlCallbacks.body, context),
            curl_shim_on_header(handle, CurlCallbacks.header, context),
            curl_shim_on_open_socket(handle, CurlCallbacks.openSocket, context),
            curl_shim_on_request(handle, CurlCallbacks.request, context),
            curl_shim_set_long(handle, CURLOPT_NOSIGNAL, 1),
            // Else the end of a transfer waits for a name lookup that hangs, and with it all other transfers.
            curl_shim_set_long(handle, CURLOPT_QUICK_EXIT, 1),
            curl_shim_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
            curl_shim_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
            curl_shim_set_string(handle, CURLOPT_ACCEPT_ENCODING, ""),  // all that libcurl can unpack
            curl_shim_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1),
            curl_shim_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, MonotonicTime.milliseconds(request.limits.connect)),
            curl_shim_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            curl_shim_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            curl_shim_set_long(handle, CURLOPT_FRESH_CONNECT, request.isSentOnce ? 1 : 0),
            curl_shim_set_pointer(handle, CURLOPT_ERRORBUFFER, details),
        ]
        if url.scheme == "https" {
            codes.append(curl_shim_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS)))
            // Wait for a connection that is being opened: it may turn out to carry many requests.
            codes.append(curl_shim_set_long(handle, CURLOPT_PIPEWAIT, 1))
        } else {
            codes.append(curl_shim_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)))
        }
        if let file = settings.caBundle { codes.append(curl_shim_set_string(handle, CURLOPT_CAINFO, file)) }
        codes += setMethod(on: handle) + setHeaders(on: handle, userAgent: settings.userAgent) + setRoute(on: handle)
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// Frees what libcurl only points to. The handle must not be used before it is reset.
    func releaseLists() {
        for list in lists { curl_slist_free_all(list) }
        lists = []
    }

    private func setMethod(on handle: UnsafeMutableRawPointer) -> [CURLcode] {
        if request.method == "HEAD" { return [curl_shim_set_long(handle, CURLOPT_NOBODY, 1)] }
        // Refuses an announced excess before it is sent; the body callback counts what really comes.
        var codes = [
            curl_shim_set_size(
                handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(max(1, request.limits.bodyBytes)))
        ]
        let hasBody = request.body != nil || ["POST", "PUT", "PATCH"].contains(request.method)
        if hasBody {
            codes.append(curl_shim_set_long(handle, CURLOPT_POST, 1))
            codes.append(
                (request.body ?? []).withUnsafeBytes {
                    curl_shim_set_body(handle, $0.baseAddress, curl_off_t($0.count))
                })
        }
        if request.method != "GET" && request.method != "POST" {
            codes.append(curl_shim_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method))
        }
        return codes
    }

    private func setHeaders(on handle: UnsafeMutableRawPointer, userAgent: String) -> [CURLcode] {
        var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        if !request.headers.contains(where: { $0.isNamed("User-Agent") }), !userAgent.isEmpty {
            lines.append("User-Agent: \(userAgent)")
        }
        // libcurl adds these on its own: a form's type to every body, and a question that costs a round trip.
        if !request.headers.contains(where: { $0.isNamed("Content-Type") }) { lines.append("Content-Type:") }
        lines.append("Expect:")
        guard let list = makeList(lines) else { return [CURLE_OUT_OF_MEMORY] }
        return [curl_shim_set_list(handle, CURLOPT_HTTPHEADER, list)]
    }

    private func setRoute(on handle: UnsafeMutableRawPointer) -> [CURLcode] {
        // An empty name, not none: none would read http_proxy and no_proxy of the environment.
        guard case .proxy(let proxy, let address) = route else {
            return [curl_shim_set_string(handle, CURLOPT_PROXY, "")]
        }
        var codes = [
            curl_shim_set_string(handle, CURLOPT_PROXY, proxy.url), curl_shim_set_string(handle, CURLOPT_NOPROXY, ""),
            curl_shim_set_long(handle, CURLOPT_HTTPPROXYTUNNEL, 1),
        ]
        if let user = proxy.user { codes.append(curl_shim_set_string(handle, CURLOPT_PROXYUSERNAME, user)) }
        if let password = proxy.password { codes.append(curl_shim_set_string(handle, CURLOPT_PROXYPASSWORD, password)) }
        if let address {
            let literal = if case .v6 = address { "[\(address)]" } else { "\(address)" }
            guard let list = makeList(["\(url.host):\(url.port):\(literal):\(url.port)"]) else {
                return [CURLE_OUT_OF_MEMORY]
            }
            codes.append(curl_shim_set_list(handle, CURLOPT_CONNECT_TO, list))
        }
        return codes
    }

    private func makeList(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                return nil
            }
            list = longer
        }
        if let list { lists.append(list) }
        return list
    }
}
