import Crypto
import Foundation

/// Signs what a webhook sends, so that the receiver knows who sent it and when: `X-Aislewatch-Signature:
/// t=<Unix seconds>,v1=<hex of HMAC-SHA256(secret, "<t>.<body>")>`.
enum WebhookSignature {
    static let header = "X-Aislewatch-Signature"

    static func value(secret: String, body: Data, at seconds: Int) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: Data(secret.utf8)))
        code.update(data: Data("\(seconds).".utf8))
        code.update(data: body)
        let hex = code.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "t=\(seconds),v1=\(hex)"
    }
}
