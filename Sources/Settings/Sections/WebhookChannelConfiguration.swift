import Foundation

/// A channel of `type: webhook`: a JSON document by POST.
public struct WebhookChannelConfiguration: Hashable, Sendable {
    public var name: String
    public var url: SecretURL
    /// Added to every request, for example `Authorization`. Default: none.
    public var headers: [String: Secret]
    /// Signs each request; nil: none does. Default: none.
    public var secret: Secret?

    init?(name: String, reading section: Section) {
        self.name = name
        if section.node("url") == nil { section.missing("url", allowed: "needed: https://host/… or http://host/…") }
        let address = section.secretAddress("url")
        headers = Self.headers(reading: section.section("headers"))
        secret = section.secret("secret", what: "the key that signs requests")
        guard let address else { return nil }
        url = SecretURL(address.value)
    }

    /// Set by the channel itself.
    private static let reserved = ["host", "content-length", "content-type", "transfer-encoding", "connection"]

    private static func headers(reading section: Section) -> [String: Secret] {
        var headers: [String: Secret] = [:]
        for key in section.freeKeys {
            let isToken =
                !key.value.isEmpty
                && key.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "!#$%&'*+-.^_`|~".contains($0)) }
            guard isToken, !reserved.contains(key.value.lowercased()) else {
                section.context.problem(
                    key.mark, found: "\"\(ReadingContext.clip(key.value))\" in \(section.path)",
                    allowed:
                        "allowed: header names of letters, digits and -, but not \(reserved.joined(separator: ", "))")
                continue
            }
            if section.node(key.value) == nil { section.missing(key.value, allowed: "give it a value or remove it") }
            headers[key.value] = section.secret(key.value, what: "the header's value")
        }
        return headers
    }
}
