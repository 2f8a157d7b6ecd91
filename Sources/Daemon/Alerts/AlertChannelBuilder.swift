import Alerts
import Domain
import Foundation
import Logging
import Settings

/// Makes a channel from its configuration; the only place that takes secrets out of their wrapping.
struct AlertChannelBuilder {
    var cameras: [(id: CameraID, name: String)]
    var siteName: String
    var clock: any WallClock
    var logger: Logger

    func channel(_ configuration: AlertChannelConfiguration) -> any AlertChannel {
        switch configuration {
        case .twilio(let twilio):
            TwilioChannel(
                name: twilio.name, baseURL: twilio.baseURL.absoluteString, accountSID: twilio.accountSID,
                authToken: twilio.authToken.reveal(), from: twilio.from)
        case .webhook(let webhook):
            WebhookChannel(
                name: webhook.name, url: webhook.url.reveal().absoluteString,
                headers: webhook.headers.mapValues { $0.reveal() }, secret: webhook.secret?.reveal(), clock: clock)
        case .mail(let mail): self.mail(mail)
        case .mqtt(let mqtt): broker(mqtt)
        case .slack(let slack): self.slack(slack)
        case .teams(let teams): TeamsChannel(name: teams.name, url: teams.url.reveal().absoluteString)
        case .telegram(let telegram):
            TelegramChannel(
                name: telegram.name, baseURL: telegram.baseURL.absoluteString, token: telegram.botToken.reveal())
        case .ntfy(let ntfy):
            NtfyChannel(name: ntfy.name, url: ntfy.url.reveal().absoluteString, token: ntfy.token?.reveal())
        }
    }

    private func slack(_ slack: SlackChannelConfiguration) -> any AlertChannel {
        switch slack.way {
        case .webhook(let url): SlackChannel(name: slack.name, url: url.reveal().absoluteString)
        case .bot(let token, let channel, let baseURL):
            SlackBotChannel(
                name: slack.name, baseURL: baseURL.absoluteString, token: token.reveal(), channel: channel)
        }
    }

    private func mail(_ mail: MailChannelConfiguration) -> MailChannel {
        let security: SMTPServer.Security =
            switch mail.security {
            case .starttls: .startTLS
            case .tls: .tls
            case .none: .none
            }
        let server = SMTPServer(
            host: mail.host, port: mail.port, security: security, user: mail.username,
            password: mail.password?.reveal(), caFile: mail.caFile?.path)
        return MailChannel(
            name: mail.name, server: server, from: mail.from,
            footer: siteName.isEmpty ? "Aislewatch" : "\(siteName) · Aislewatch", clock: clock)
    }

    private func broker(_ mqtt: MQTTChannelConfiguration) -> MQTTChannel {
        let broker = MQTTBroker(
            host: mqtt.host, port: mqtt.port, clientID: mqtt.clientID, user: mqtt.username,
            password: mqtt.password?.reveal(), isEncrypted: mqtt.tls, caFile: mqtt.caFile?.path,
            baseTopic: mqtt.baseTopic, discoveryPrefix: mqtt.discoveryPrefix, acceptsCommands: mqtt.commands)
        return MQTTChannel(
            name: mqtt.name, broker: broker, cameras: cameras, siteName: siteName, logger: logger)
    }
}

extension AlertChannelConfiguration {
    /// One empty recipient where the channel is its own.
    var recipients: [String] {
        switch self {
        case .twilio(let twilio): twilio.to
        case .mail(let mail): mail.to
        case .telegram(let telegram): telegram.chats
        case .webhook, .mqtt, .slack, .teams, .ntfy: [""]
        }
    }
}
