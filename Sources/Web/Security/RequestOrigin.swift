import HTTPTypes
import Hummingbird

/// Where a request really comes from, behind the proxies that are trusted.
struct RequestOrigin: Sendable {
    var address: String
    /// Whether the client's side is encrypted.
    var isSecure: Bool

    /// Headers about the client count only from a trusted proxy: anybody can write them.
    init(_ request: Request, peer: String, trusted: [AddressRange], isTLS: Bool) {
        address = peer
        isSecure = isTLS
        guard trusted.contains(where: { $0.contains(peer) }) else { return }
        if let forwarded = HTTPField.Name("X-Forwarded-For").flatMap({ request.headers[$0] }) {
            // Each proxy adds its own peer at the end: the first from the end that is no proxy of ours is the client.
            for part in forwarded.split(separator: ",").reversed() {
                let text = part.trimmingPrefix { $0 == " " }.filter { $0 != " " }
                guard AddressRange(text) != nil else { break }
                address = text
                if !trusted.contains(where: { $0.contains(text) }) { break }
            }
        }
        if let proto = HTTPField.Name("X-Forwarded-Proto").flatMap({ request.headers[$0] }) {
            isSecure = proto.lowercased() == "https"
        }
    }
}
