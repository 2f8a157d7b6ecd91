import Foundation
import Testing

@testable import Alerts
@testable import Settings

@Suite("Channels in the configuration")
struct ChannelTests {
    private func channel(_ lines: String...) -> String {
        oneCamera + "alerts:\n  public_base_url: https://a.example\n  channels:\n    - name: c\n"
            + lines.map { "      \($0)\n" }.joined()
    }

    @Test("mail: the port follows from the security, and the sender is one address")
    func mail() throws {
        for (security, port) in [("starttls", 587), ("tls", 465)] {
            let configuration = try parse(
                channel(
                    "type: mail", "host: mail.example.com", "security: \(security)", "from: a@example.com",
                    "to: [b@example.com, c@example.com]"))
            let mail: MailChannel.Settings = try #require(configuration.alerts.channels[0].settings())
            #expect(mail.usedPort == port && mail.to.count == 2 && mail.from == ["a@example.com"])
        }
    }

    @Test(
        "what could leave its place in a header or command is no address",
        arguments: ["a@b.c>", "a b@c.d", "a@b@c", "@b.c", "a@", "a@b.c,d@e.f", "Ä@b.c"])
    func addresses(_ address: String) {
        let found = messages(
            channel("type: mail", "host: mail.example.com", "from: a@example.com", "to: [\"\(address)\"]"))
        #expect(found.count == 1 && found[0].contains("name@example.com") && found[0].hasPrefix("site.yaml:11:"))
    }

    @Test("a broker's port follows from tls; topics have no wildcards")
    func mqtt() throws {
        let configuration = try parse(channel("type: mqtt", "host: 192.0.2.1", "tls: true", "discovery_prefix: none"))
        let settings: MQTTChannel.Settings = try #require(configuration.alerts.channels[0].settings())
        let broker = settings.broker
        #expect(broker.port == 8883 && broker.discoveryPrefix == nil && broker.baseTopic == "aislewatch")
        #expect(messages(channel("type: mqtt", "host: h", "base_topic: \"a/#\"")).count == 1)
        #expect(messages(channel("type: mqtt", "host: \"h/x\"")).count == 1)
        #expect(messages(channel("type: mqtt")).count == 1)
    }

    @Test("Slack: an incoming webhook's address, or a bot's token with a channel's id, not both")
    func slack() throws {
        let hooked = try parse(channel("type: slack", "url: https://hooks.example.com/x"))
        let webhook: SlackChannel.Settings = try #require(hooked.alerts.channels[0].settings())
        #expect(webhook.url?.reveal().host() == "hooks.example.com" && webhook.botToken == nil)
        let bot = try parse(channel("type: slack", "bot_token: \"xoxb-1\"", "channel: C0123456789"))
        let slack: SlackChannel.Settings = try #require(bot.alerts.channels[0].settings())
        #expect(slack.botToken?.reveal() == "xoxb-1" && slack.channel == "C0123456789")
        #expect(slack.baseURL?.absoluteString == "https://slack.com")
        for lines in [
            ["type: slack"], ["type: slack", "bot_token: \"xoxb-1\""],
            ["type: slack", "bot_token: \"xoxb-1\"", "channel: \"#safety\""],
            ["type: slack", "bot_token: \"xoxb-1\"", "channel: C0123456789", "url: https://hooks.example.com/x"],
        ] {
            let text =
                oneCamera + "alerts:\n  public_base_url: https://a.example\n  channels:\n    - name: c\n"
                + lines.map { "      \($0)\n" }.joined()
            let found = messages(text)
            #expect(found.count == 1 && !found.joined().contains("xoxb"), "\(found)")
        }
    }

    @Test("a Telegram token is checked without being repeated, because it becomes part of an address")
    func telegram() {
        let found = messages(
            channel("type: telegram", "bot_token: \"12:a/../s3cret\"", "chats: [\"-100\", \"@hall\", \"hall\"]"))
        #expect(found.count == 2 && !found.joined().contains("s3cret"))
    }

    @Test("shifts, escalations and the daily moment are checked with their line")
    func routes() throws {
        let text =
            channel("type: ntfy", "url: https://ntfy.example.com/t") + """
                  routes:
                    - channels: [c]
                      shift: {days: [mon, tues], from: "6:00", to: "24:00"}
                      zones: [nowhere]
                      escalate:
                        - channels: [d]
                  operations:
                    all_well_at: noon

                """
        let found = messages(text).map { $0.components(separatedBy: ": ").dropFirst().joined(separator: ": ") }
        #expect(found.count == 7, "\(found.joined(separator: "\n"))")
    }
}
