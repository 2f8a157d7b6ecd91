import Foundation

/// One entry of `alerts.channels`: a way to reach people or programs.
public enum AlertChannelConfiguration: Hashable, Sendable {
    case twilio(TwilioChannelConfiguration)
    case webhook(WebhookChannelConfiguration)

    /// The value of `type` in the file.
    enum Kind: String, CaseIterable {
        case twilio, webhook
    }

    public var name: String {
        switch self {
        case .twilio(let channel): channel.name
        case .webhook(let channel): channel.name
        }
    }

    static func list(reading alerts: Section) -> [AlertChannelConfiguration] {
        var names: Set<String> = []
        return alerts.sections("channels", of: "channels").compactMap { section in
            let name = Self.name(reading: section)
            let kind: Kind? = section.choice("type")
            if section.node("type") == nil {
                section.missing("type", allowed: "needed: \(Kind.allCases.map(\.rawValue).joined(separator: " or "))")
            }
            let channel: AlertChannelConfiguration?
            switch kind {
            case .twilio:
                channel = TwilioChannelConfiguration(name: name ?? "", reading: section).map(Self.twilio)
            case .webhook:
                channel = WebhookChannelConfiguration(name: name ?? "", reading: section).map(Self.webhook)
            // Which keys are allowed isn't known without a type.
            case nil: return nil
            }
            section.finish()
            guard let name, let channel else { return nil }
            guard names.insert(name).inserted else {
                section.refuse(
                    "name", at: section.node("name")?.mark ?? section.mark, found: "\"\(name)\" a second time",
                    allowed: "a name that no other channel has")
                return nil
            }
            return channel
        }
    }

    private static func name(reading section: Section) -> String? {
        let allowed = "1 to 64 letters, digits, - and _"
        guard section.node("name") != nil else {
            section.missing("name", allowed: "needed: \(allowed)")
            return nil
        }
        guard let text = section.text("name", allowed: allowed) else { return nil }
        let isName =
            text.value.count <= 64
            && text.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        guard isName else {
            section.refuse("name", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
            return nil
        }
        return text.value
    }
}
