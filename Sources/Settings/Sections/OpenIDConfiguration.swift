public import Foundation

/// `web.openid`: an identity provider (OpenID Connect) at which people sign in.
public struct OpenIDConfiguration: Hashable, Sendable {
    /// As the provider's documents spell it.
    public var issuer = ""
    public var clientID = ""
    /// Nil: a public client, which PKCE protects.
    public var clientSecret: Secret?
    /// The pages' address as browsers know it; the provider sends people back there.
    public var publicURL: URL?
    /// The claim of the id token that is the account's name here. Default: preferred_username.
    public var nameClaim = "preferred_username"
    /// What stands on the button. Default: Single sign-on.
    public var title = "Single sign-on"

    /// - Returns: nil where the section is missing.
    init?(reading section: Section) {
        let issuer = section.webAddress(
            "issuer", allowed: "the provider's address, as in https://login.example.com/realms/site")
        clientID = section.text("client_id", allowed: "the name under which the provider knows Aislewatch")?.value ?? ""
        clientSecret = section.secret("client_secret", what: "the client's secret")
        let publicURL = section.webAddress(
            "public_url", allowed: "the pages' address as browsers know it, as in https://watch.example.com")
        nameClaim =
            section.text("name_claim", allowed: "a claim's name, as in preferred_username or email")?.value ?? nameClaim
        title = section.text("title", allowed: "a text for the button")?.value ?? title
        for (key, address) in [("issuer", issuer), ("public_url", publicURL)] {
            if let address, address.value.scheme == "http", !NetworkAddress.isLoopback(address.value.host() ?? "") {
                section.refuse(
                    key, at: address.mark, found: "without TLS",
                    allowed: "https://…; without it anybody on the network can sign in as somebody else")
            }
        }
        if section.isPresent {
            for key in ["issuer", "client_id", "public_url"] where section.node(key) == nil {
                section.missing(key, allowed: "needed for signing in at an identity provider")
            }
        }
        section.finish()
        guard section.isPresent, let issuer, let publicURL else { return nil }
        self.issuer = "\(issuer.value)"
        self.publicURL = publicURL.value
    }
}
