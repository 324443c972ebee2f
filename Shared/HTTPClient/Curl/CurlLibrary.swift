import CCurl
import CCurlShim

/// libcurl as a whole, which wants to be set up once per process before its first use.
enum CurlLibrary {
    /// Whether libcurl is set up.
    static let isReady: Bool = {
        // A body of 100 KB that is freed goes back to the system and comes again as zeroed pages with the next
        // one: measured, that halves the pages per second. What is kept is bounded at 16 MB.
        curl_shim_keep_freed_memory()
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    }()
}
