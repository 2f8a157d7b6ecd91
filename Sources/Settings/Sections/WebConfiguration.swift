public import Foundation

/// `web`: where the pages and the API are served.
public struct WebConfiguration: Hashable, Sendable {
    /// The address to listen on. Default: this machine alone, for a proxy that adds TLS.
    public var host = "127.0.0.1"
    /// The port to listen on. 1 to 65535. Default: 8080.
    public var port = 8080

    /// Certificate (with its chain) and key as PEM files; both or none. Without them pages are served without TLS.
    public var tlsCertificate: URL?
    public var tlsKey: URL?
    /// Addresses or ranges (`10.0.0.0/8`) of proxies whose word about the client's address counts.
    public var trustedProxies: [String] = []
    /// The header in which those proxies name who has signed in there, as in `X-Forwarded-User`; nil: people sign in here.
    public var signInHeader: String?
    /// What an account gets that is made for a name which the proxy or the identity provider gives and nobody has yet.
    public var newAccounts = NewAccounts.none

    /// Who must have a second factor, where people sign in here by a password. Default: nobody.
    public var secondFactor = SecondFactor.optional

    /// An identity provider at which people sign in; nil: none.
    public var openID: OpenIDConfiguration?

    /// Who must have a second factor.
    public enum SecondFactor: String, Hashable, Sendable, CaseIterable { case optional, admins, all }

    /// Nobody becomes an administrator by himself.
    public enum NewAccounts: String, Hashable, Sendable, CaseIterable { case none, viewer, `operator` }

    public init() {}

    init(reading section: Section) {
        if let text = section.text("host", allowed: "an IP address or a host name") {
            if NetworkAddress.isHost(text.value) {
                host = text.value
            } else {
                section.refuse(
                    "host", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"",
                    allowed: "an IP address or a host name, without http:// and without a port")
            }
        }
        port = section.integer("port", default: port, in: 1...65535, unit: "")
        tlsCertificate = section.path("tls_certificate")
        tlsKey = section.path("tls_key")
        if (tlsCertificate == nil) != (tlsKey == nil) {
            let missing = tlsKey == nil ? "tls_key" : "tls_certificate"
            if section.node(missing) == nil {
                section.missing(missing, allowed: "needed: a certificate and its key go together")
            }
        }
        if tlsCertificate == nil, !NetworkAddress.isLoopback(host), let (_, mark) = section.node("host") {
            section.context.warning(
                mark, found: "web.host \"\(host)\" takes requests from other machines without TLS",
                allowed:
                    "anybody on the network can read passwords: set tls_certificate and tls_key, or 127.0.0.1 behind a proxy"
            )
        }
        for proxy in section.texts("trusted_proxies", of: "addresses") {
            let parts = proxy.value.split(separator: "/", omittingEmptySubsequences: false)
            let isAddress =
                parts.count <= 2 && !parts[0].isEmpty && parts[0].allSatisfy { $0.isHexDigit || $0 == "." || $0 == ":" }
                && (parts.count == 1 || Int(parts[1]).map { (0...128).contains($0) } ?? false)
            guard isAddress else {
                section.refuse(
                    "trusted_proxies", at: proxy.mark, found: "\"\(ReadingContext.clip(proxy.value))\"",
                    allowed: "IP addresses or ranges, as in 127.0.0.1 or 10.0.0.0/8")
                continue
            }
            trustedProxies.append(proxy.value)
        }
        if let text = section.text("sign_in_header", allowed: "a header's name, as in X-Forwarded-User") {
            let isName =
                (1...64).contains(text.value.utf8.count)
                && text.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            if !isName {
                section.refuse(
                    "sign_in_header", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"",
                    allowed: "a header's name, as in X-Forwarded-User")
            } else if trustedProxies.isEmpty {
                section.refuse(
                    "sign_in_header", at: text.mark, found: "without trusted_proxies",
                    allowed: "anybody can write a header: name the proxies that are believed in trusted_proxies")
            } else {
                signInHeader = text.value
            }
        }
        newAccounts = section.choice("new_accounts", default: newAccounts)
        secondFactor = section.choice("second_factor", default: secondFactor)
        openID = OpenIDConfiguration(reading: section.section("openid"))
        section.finish()
    }
}
