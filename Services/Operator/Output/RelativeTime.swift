import Models

/// A time as somebody would say it: "12s ago", "in 4m".
package enum RelativeTime {
    /// `time` as seen from `now`; `none` where there is no time.
    package static func text(_ time: Timestamp?, now: Timestamp, none: String = "never") -> String {
        guard let time else { return none }
        let seconds = (time - now).components.seconds
        let size = span(abs(seconds))
        return seconds < 0 ? "\(size) ago" : seconds == 0 ? "now" : "in \(size)"
    }

    private static func span(_ seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(seconds)s"
        case ..<7200: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }
}
