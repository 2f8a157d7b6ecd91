import Foundation

/// A channel of `type: twilio`: SMS through Twilio's Messages API.
public struct TwilioChannelConfiguration: Hashable, Sendable {
    public var name: String
    /// Default: `https://api.twilio.com`.
    public var baseURL: URL
    /// `AC` and 32 hexadecimal digits.
    public var accountSID: String
    public var authToken: Secret
    /// A telephone number in E.164 form, a messaging service (`MG…`) or a sender of up to 11 letters and digits.
    public var from: String
    /// Telephone numbers in E.164 form.
    public var to: [String]

    init?(name: String, reading section: Section) {
        self.name = name
        let base = section.webAddress("base_url")
        let account = Self.account(reading: section)
        let token = section.secret("auth_token", what: "the account's auth token")
        if section.node("auth_token") == nil {
            section.missing("auth_token", allowed: "needed: ${NAME} or file:PATH with the account's auth token")
        }
        let from = Self.sender(reading: section)
        to = Self.recipients(reading: section)
        if let base, base.value.scheme == "http", base.value.host().map({ !Self.isLoopback($0) }) ?? false {
            section.context.warning(
                base.mark, found: "\(section.name("base_url")) is not encrypted",
                allowed: "use https for other machines")
        }
        guard let account, let token, let from, !to.isEmpty,
            let standard = base?.value ?? URL(string: "https://api.twilio.com")
        else { return nil }
        baseURL = standard
        accountSID = account
        authToken = token
        self.from = from
    }

    private static func account(reading section: Section) -> String? {
        let allowed = "AC and 32 hexadecimal digits, as Twilio's console shows it"
        guard section.node("account_sid") != nil else {
            section.missing("account_sid", allowed: "needed: \(allowed)")
            return nil
        }
        guard let text = section.text("account_sid", allowed: allowed) else { return nil }
        guard text.value.hasPrefix("AC"), text.value.count == 34, text.value.dropFirst(2).allSatisfy(\.isHexDigit)
        else {
            section.refuse(
                "account_sid", at: text.mark,
                found: "a text of \(text.value.count) characters that is no account's SID",
                allowed: allowed)
            return nil
        }
        return text.value
    }

    private static func sender(reading section: Section) -> String? {
        let allowed = "a number as in +491701234567, a messaging service MG…, or up to 11 letters and digits"
        guard section.node("from") != nil else {
            section.missing("from", allowed: "needed: \(allowed)")
            return nil
        }
        guard let text = section.text("from", allowed: allowed) else { return nil }
        if let number = telephoneNumber(text.value) { return number }
        let isPlain = text.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == " ") }
        let isService = text.value.hasPrefix("MG") && text.value.count == 34
        guard isPlain, isService || text.value.count <= 11, text.value.contains(where: \.isLetter) else {
            section.refuse("from", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
            return nil
        }
        return text.value
    }

    private static func recipients(reading section: Section) -> [String] {
        let allowed = "telephone numbers with country code, as in +491701234567"
        if section.node("to") == nil { section.missing("to", allowed: "needed: \(allowed)") }
        var seen: Set<String> = []
        return section.texts("to", of: allowed).compactMap { text in
            guard let number = telephoneNumber(text.value) else {
                section.refuse("to", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
                return nil
            }
            guard seen.insert(number).inserted else {
                section.refuse("to", at: text.mark, found: "\"\(number)\" a second time", allowed: "each number once")
                return nil
            }
            return number
        }
    }

    /// E.164: `+`, then 7 to 15 digits that don't begin with 0. Spaces, dashes and brackets are left out.
    static func telephoneNumber(_ text: String) -> String? {
        let number = text.filter { !" -()/".contains($0) }
        let digits = number.dropFirst()
        guard number.first == "+", (7...15).contains(digits.count), digits.first != "0",
            digits.allSatisfy({ $0.isASCII && $0.isNumber })
        else { return nil }
        return number
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
