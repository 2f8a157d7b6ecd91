public import Domain
import Foundation

/// `alerts`: who is alerted, and how often.
public struct AlertsConfiguration: Hashable, Sendable {
    /// The address at which recipients reach the web part; links in texts begin with it. Without it a text has no link.
    public var publicBaseURL: URL?
    /// How long after a sent message about a camera and kind the same recipient gets no further one. 0 to 86400.
    /// Default: 120.
    public var coolDownSeconds = 120.0
    /// How long a link in a text works. 1 to 365 days. Default: 30.
    public var linkDays = 30
    public var channels: [AlertChannelConfiguration] = []
    /// Which alerts go to which channels; empty: all to all.
    public var routes: [AlertRouteConfiguration] = []
    /// What is to be done about which incidents; the first that fits counts.
    public var playbooks: [Playbook] = []

    /// The language of messages. Default: en.
    public var language = AlertLanguage.en
    /// A file with the site's own texts; nil: those of the language.
    public var textFile: URL?
    /// So many messages about incidents within `floodMinutes` are enough; what follows goes into one summary.
    /// 1 to 100. Default: 5.
    public var floodMessages = 5
    /// 1 to 1440. Default: 10.
    public var floodMinutes = 10.0
    public var operations = OperationsConfiguration()

    public init() {}

    init(reading section: Section, cameras: [CameraConfiguration], channelTypes: [ChannelType]) {
        coolDownSeconds = section.number("cool_down_seconds", default: coolDownSeconds, in: 0...86_400, unit: "seconds")
        linkDays = section.integer("link_days", default: linkDays, in: 1...365, unit: "days")
        publicBaseURL = Self.publicBaseURL(reading: section)
        channels = AlertChannelConfiguration.list(reading: section, types: channelTypes)
        routes = section.sections("routes", of: "routes").compactMap {
            AlertRouteConfiguration(reading: $0, cameras: cameras, channels: channels.map(\.name))
        }
        playbooks = section.sections("playbooks", of: "playbooks").compactMap {
            Playbook(reading: $0, cameras: cameras)
        }
        language = section.choice("language", default: .en)
        textFile = section.path("text_file")
        floodMessages = section.integer("flood_messages", default: floodMessages, in: 1...100, unit: "messages")
        floodMinutes = section.number("flood_minutes", default: floodMinutes, in: 1...1440, unit: "minutes")
        operations = OperationsConfiguration(
            reading: section.section("operations"), channels: channels.map(\.name))
        if !channels.isEmpty, section.node("public_base_url") == nil {
            section.context.warning(
                section.mark, found: "alerts has no \"public_base_url\"",
                allowed: "set it to the address at which telephones reach this machine, or texts have no link")
        }
        section.finish()
    }

    private static func publicBaseURL(reading section: Section) -> URL? {
        let key = "public_base_url"
        guard let address = section.webAddress(key, allowed: "https://host or http://host, with a path if need be")
        else {
            return nil
        }
        guard address.value.query() == nil, address.value.fragment() == nil else {
            section.refuse(
                key, at: address.mark, found: "an address with \"?\" or \"#\"", allowed: "scheme, host and path")
            return nil
        }
        // Links are made by appending to it.
        var text = address.value.absoluteString
        while text.hasSuffix("/") { text.removeLast() }
        return URL(string: text)
    }
}

/// The languages that come with the program.
public enum AlertLanguage: String, Hashable, Sendable, CaseIterable {
    case en, de
}
