import CCurl
import CCurlShim

/// libcurl as a whole, which wants to be set up once per process before its first use.
enum CurlLibrary {
    /// Whether libcurl is set up.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
