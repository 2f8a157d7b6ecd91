import Alerts
import Domain
import Settings

/// The configured channels, and who gets what through them.
struct AlertChannels {
    let channels: [any AlertChannel]
    let router: AlertRouter

    init(_ configuration: AlertsConfiguration) {
        channels = configuration.channels.map(Self.channel)
        let recipients = Dictionary(
            configuration.channels.map { ($0.name, Self.recipients(of: $0)) }, uniquingKeysWith: { first, _ in first })
        let routes =
            configuration.routes.isEmpty
            ? [AlertRouteConfiguration(channels: configuration.channels.map(\.name))] : configuration.routes
        let destinations = routes.flatMap { route in
            route.channels.map { name in
                AlertDestination(
                    channel: name, recipients: recipients[name] ?? [""], cameras: Set(route.cameras),
                    kinds: Set(route.kinds),
                    minSeverity: route.minSeverity)
            }
        }
        router = AlertRouter(destinations: destinations, coolDownSeconds: configuration.coolDownSeconds)
    }

    private static func channel(_ configuration: AlertChannelConfiguration) -> any AlertChannel {
        switch configuration {
        case .twilio(let twilio):
            TwilioChannel(
                name: twilio.name, baseURL: twilio.baseURL.absoluteString, accountSID: twilio.accountSID,
                authToken: twilio.authToken.reveal(), from: twilio.from)
        case .webhook(let webhook):
            WebhookChannel(
                name: webhook.name, url: webhook.url.reveal().absoluteString,
                headers: webhook.headers.mapValues { $0.reveal() })
        }
    }

    private static func recipients(of configuration: AlertChannelConfiguration) -> [String] {
        switch configuration {
        case .twilio(let twilio): twilio.to
        case .webhook: [""]
        }
    }
}
