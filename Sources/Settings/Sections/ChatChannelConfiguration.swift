import Foundation

/// A channel of `type: teams` or `ntfy`: one address that takes messages.
public struct ChatChannelConfiguration: Hashable, Sendable {
    public var name: String
    /// A secret: whoever has it can write (Teams) or read along (ntfy).
    public var url: SecretURL
    /// ntfy's access token; nil where the topic needs none.
    public var token: Secret?

    /// - Parameter hasToken: Whether the service knows tokens.
    init?(name: String, reading section: Section, hasToken: Bool) {
        self.name = name
        if section.node("url") == nil { section.missing("url", allowed: "needed: https://host/…") }
        let address = section.secretAddress("url")
        token = hasToken ? section.secret("token", what: "the access token") : nil
        guard let address else { return nil }
        url = SecretURL(address.value)
    }
}
