public import Domain
import Foundation
public import Logging
public import Settings
public import Storage

/// The configured channels, what they say, and who gets what through them.
public struct AlertChannels: Sendable {
    public let channels: [any AlertChannel]
    /// Those of the channels that want to be run.
    public let connected: [any ConnectedChannel]
    /// Those by which people may answer.
    public let answering: [any AnsweringChannel]
    public let router: AlertRouter
    public let texts: AlertTexts
    /// Who hears of the installation.
    public let operations: [NoticeService.Recipient]
    /// Who gets the daily sign of life.
    public let allWell: [NoticeService.Recipient]

    /// - Parameter store: Where accounts and their devices stand; nil where nothing is sent.
    /// - Throws: `TemplateError`, or ``AlertSetupError`` when the text file can't be read.
    public init(
        _ configuration: AislewatchConfiguration, registry: ChannelRegistry = .standard, store: Store? = nil,
        clock: any WallClock = SystemClock(),
        logger: Logger = Logger(label: "aislewatch.alerts")
    ) throws {
        let alerts = configuration.alerts
        texts = AlertTexts(
            templates: try Self.templates(alerts), siteName: configuration.site.name,
            timeZone: configuration.site.timeZone,
            cameraNames: Dictionary(
                configuration.cameras.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first }))
        let site = ChannelSite(
            cameras: configuration.cameras.map { ($0.id, $0.name) }, name: configuration.site.name,
            publicBaseURL: alerts.publicBaseURL, store: store, clock: clock, logger: logger)
        channels = alerts.channels.compactMap { registry.channel($0, at: site) }
        connected = channels.compactMap { $0 as? any ConnectedChannel }
        answering = channels.compactMap { $0 as? any AnsweringChannel }
        let recipients = Dictionary(
            alerts.channels.map { ($0.name, registry.recipients(of: $0)) }, uniquingKeysWith: { first, _ in first })
        let following = Set(alerts.channels.filter(registry.followsIncidents).map(\.name))
        func everybody(_ names: [String], _ severity: Severity = .low) -> [NoticeService.Recipient] {
            names.map { name in
                NoticeService.Recipient(
                    channel: name, recipients: recipients[name] ?? .itself, minSeverity: severity)
            }
        }
        operations = everybody(alerts.operations.channels, alerts.operations.minSeverity)
        allWell = everybody(alerts.operations.allWellChannels)
        router = AlertRouter(
            destinations: Self.destinations(alerts, recipients, following: following),
            coolDownSeconds: alerts.coolDownSeconds,
            floodMessages: alerts.floodMessages, floodSeconds: alerts.floodMinutes * 60,
            timeZone: configuration.site.timeZone)
    }

    /// What is wrong with the site's own texts, a line each; empty when nothing is.
    public static func mistakes(inTextsOf configuration: AislewatchConfiguration) -> [String] {
        do {
            _ = try templates(configuration.alerts)
            return []
        } catch {
            return ["\(error)"]
        }
    }

    private static func templates(_ alerts: AlertsConfiguration) throws -> MessageTemplates {
        guard let file = alerts.textFile else { return try MessageTemplates(language: alerts.language.rawValue) }
        guard let own = try? String(contentsOf: file, encoding: .utf8) else {
            throw AlertSetupError(
                description: "alerts.text_file: \(file.path) can't be read; it must be a text in UTF-8")
        }
        return try MessageTemplates(language: alerts.language.rawValue, own: own, file: file.path)
    }

    private static func destinations(
        _ alerts: AlertsConfiguration, _ recipients: [String: AlertRecipients], following: Set<String>
    ) -> [AlertDestination] {
        var routes =
            alerts.routes.isEmpty ? [AlertRouteConfiguration(channels: alerts.channels.map(\.name))] : alerts.routes
        // One that no route names follows everything: it is for programs, which choose for themselves.
        let unrouted = following.subtracting(routes.flatMap(\.channels)).sorted()
        if !unrouted.isEmpty { routes.append(AlertRouteConfiguration(channels: unrouted)) }
        return routes.flatMap { route in
            let escalations = route.escalate.flatMap { step in
                step.channels.map {
                    AlertDestination.Escalation(
                        channel: $0, recipients: recipients[$0] ?? .itself, afterSeconds: step.afterMinutes * 60,
                        unless: step.unless)
                }
            }
            return route.channels.map { name in
                AlertDestination(
                    channel: name, recipients: recipients[name] ?? .itself, cameras: Set(route.cameras),
                    kinds: Set(route.kinds), zones: Set(route.zones), minSeverity: route.minSeverity,
                    shift: route.shift, followsIncidents: following.contains(name),
                    // Every channel of the route announces; it escalates whichever of them did.
                    escalations: escalations)
            }
        }
    }
}

/// Why the alerts can't be set up.
struct AlertSetupError: Error, CustomStringConvertible {
    let description: String
}
