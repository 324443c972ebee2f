import Cryptography
import HTTPClient
import JSON
import Models
import Storage

/// Signs as Standard Webhooks 1.0 has it: `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`.
package struct WebhookSigner: Sendable {
    private let key: Secret

    /// A signer with a secret `whsec_…`, the rest of which is the key in Base64; nil for anything else, and for keys
    /// that the standard does not allow (24 to 64 bytes).
    package init?(_ secret: String) {
        let prefix = "whsec_"
        guard secret.hasPrefix(prefix), let bytes = Base64.standard.decode(secret.dropFirst(prefix.count)),
            (24...64).contains(bytes.count)
        else { return nil }
        key = Secret(bytes: bytes)
    }

    /// The value of `webhook-signature`.
    /// - Throws: `CryptographyError` where the library refuses.
    package func signature(id: String, timestamp: Int64, body: [UInt8]) throws(CryptographyError) -> String {
        let signed = Array("\(id).\(timestamp).".utf8) + body
        return "v1," + Base64.standard.encode(try HMACSHA256.code(signed[...], key: key))
    }
}

/// A signed POST to the operator's address.
package struct WebhookChannel: AlertChannel {
    private let transport: any HTTPTransport
    private let url: String
    private let signer: WebhookSigner

    /// A channel that sends to `url` through `transport`.
    package init(transport: any HTTPTransport, url: String, signer: WebhookSigner) {
        self.transport = transport
        self.url = url
        self.signer = signer
    }

    /// Sends the message; its id is the same with every try, its time and signature are this try's.
    package func send(_ delivery: AlertDelivery, now: Timestamp) async throws(AlertChannelError) {
        let id = "msg_\(delivery.messageID)"
        let seconds = now.microseconds / 1_000_000
        let body = Self.body(delivery)
        let signature: String
        do {
            signature = try signer.signature(id: id, timestamp: seconds, body: body)
        } catch {
            throw AlertChannelError(isPermanent: false, "the webhook cannot be signed: \(error)")
        }
        let response: HTTPResponse
        do {
            response = try await transport.send(
                HTTPRequest(
                    method: "POST", url: url,
                    headers: [
                        HTTPHeader("content-type", "application/json"), HTTPHeader("webhook-id", id),
                        HTTPHeader("webhook-timestamp", String(seconds)), HTTPHeader("webhook-signature", signature),
                    ], body: body,
                    limits: HTTPLimits(
                        firstByte: .seconds(15), total: .seconds(20), bodyBytes: 64 << 10, redirects: 0)))
        } catch {
            throw AlertChannelError(isPermanent: false, "the webhook: \(error.description)")
        }
        switch response.status {
        case 200...299: return
        case 410: throw AlertChannelError(isPermanent: true, "the webhook's receiver is gone (410)")
        default: throw AlertChannelError(isPermanent: false, "the webhook's receiver answers \(response.status)")
        }
    }

    /// What is sent: the event's type, its time and the alert.
    static func body(_ delivery: AlertDelivery) -> [UInt8] {
        let alert = delivery.alert
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("type", "alert.raised")
        writer.member("timestamp", alert.since.description)
        writer.key("data")
        writer.beginObject()
        writer.member("id", alert.id.description)
        writer.member("kind", alert.kind)
        writer.member("class", alert.failureClass)
        writer.member("audience", alert.audience.rawValue)
        writer.member("subject", alert.subject)
        writer.member("cause", alert.cause)
        writer.member("since", alert.since.description)
        writer.member("times", alert.times)
        writer.member("effect", alert.effect)
        writer.member("advice", alert.advice)
        writer.member("fixed_when", alert.fixedWhen)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}
