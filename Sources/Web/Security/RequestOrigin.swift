import HTTPTypes
import Hummingbird

/// Where a request really comes from, behind the proxies that are trusted.
struct RequestOrigin: Sendable {
    /// As a text; "unknown" where there is no network.
    let address: String
    /// What every limit counts by.
    let limitKey: String
    /// Whether it comes from this machine: from a person there, or from a proxy that was not named and speaks for everybody.
    let isLoopback: Bool
    /// Whether the client's side is encrypted.
    let isSecure: Bool

    /// Headers about the client count only from a trusted proxy: anybody can write them.
    /// - Parameter peer: The other end of the connection.
    init(_ request: Request, peer: String, trusted: [AddressRange], isTLS: Bool) {
        var client = NetworkAddress(peer)
        var isSecure = isTLS
        func isTrusted(_ address: NetworkAddress?) -> Bool {
            address.map { address in trusted.contains { $0.contains(address) } } ?? false
        }
        if isTrusted(client) {
            // Each proxy adds its own peer at the end: the first from the end that is no proxy of ours is the client.
            let hops = Self.forwardedFor.flatMap { request.headers[$0] }?.split(separator: ",") ?? []
            for entry in hops.reversed() where isTrusted(client) {
                guard let hop = NetworkAddress(forwarded: entry) else { break }
                client = hop
            }
            if let proto = Self.forwardedProto.flatMap({ request.headers[$0] }) {
                isSecure = proto.lowercased() == "https"
            }
        }
        address = client?.description ?? peer
        limitKey = client?.limitKey ?? peer
        isLoopback = client?.isLoopback ?? false
        self.isSecure = isSecure
    }

    private static let forwardedFor = HTTPField.Name("X-Forwarded-For")
    private static let forwardedProto = HTTPField.Name("X-Forwarded-Proto")
}
