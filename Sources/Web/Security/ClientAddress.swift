import Glibc
import HTTPTypes
import Hummingbird

/// An IPv4 or IPv6 address. An IPv4 address in IPv6's form (`::ffff:192.0.2.1`) is the IPv4 address.
struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16.
    let bytes: [UInt8]

    init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let all = withUnsafeBytes(of: &six) { Array($0) }
        let isMapped = all[..<10].allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
        bytes = isMapped ? Array(all[12...]) : all
    }

    /// One entry of `X-Forwarded-For`; some proxies add a port, and brackets around an IPv6 address then.
    init?(forwarded entry: Substring) {
        var text = entry.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        if text.first == "[", let end = text.firstIndex(of: "]") {
            text = text[text.index(after: text.startIndex)..<end]
        } else if let colon = text.firstIndex(of: ":"), text[text.index(after: colon)...].allSatisfy(\.isNumber),
            text[..<colon].contains(".")
        {
            text = text[..<colon]
        }
        self.init(String(text))
    }

    /// Of this machine.
    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// What limits count by. A subscriber of IPv6 is given at least a /64 (RFC 6177), and can take another address of it for
    /// each request.
    var limitKey: String {
        bytes.count == 4
            ? description
            : NetworkAddress(bytes: Array(bytes[..<8]) + Array(repeating: 0, count: 8)).description + "/64"
    }

    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else {
            return ""
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }
}

/// A network address, or all that begin with the same bits: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
public struct AddressRange: Hashable, Sendable {
    private let first: NetworkAddress
    private let bits: Int

    /// - Returns: nil for what is no address or range.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = NetworkAddress(String(parts[0])) else { return nil }
        self.first = first
        let all = first.bytes.count * 8
        if parts.count == 2 {
            guard let bits = Int(parts[1]), (0...all).contains(bits) else { return nil }
            self.bits = bits
        } else {
            bits = all
        }
    }

    func contains(_ address: NetworkAddress) -> Bool {
        guard address.bytes.count == first.bytes.count else { return false }
        for index in 0..<first.bytes.count {
            let left = bits - index * 8
            if left <= 0 { return true }
            let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
            if first.bytes[index] & mask != address.bytes[index] & mask { return false }
        }
        return true
    }
}

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
        func isTrusted(_ address: NetworkAddress?) -> Bool { Self.isTrusted(address, trusted) }
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

    /// Whether a connection comes from a proxy whose word counts.
    static func isTrusted(peer: String, _ trusted: [AddressRange]) -> Bool { isTrusted(NetworkAddress(peer), trusted) }

    private static func isTrusted(_ address: NetworkAddress?, _ trusted: [AddressRange]) -> Bool {
        address.map { address in trusted.contains { $0.contains(address) } } ?? false
    }

    private static let forwardedFor = HTTPField.Name("X-Forwarded-For")
    private static let forwardedProto = HTTPField.Name("X-Forwarded-Proto")
}
