public import Domain
public import Foundation
public import Logging
public import Settings
public import Storage

/// A kind of channel: what its entry in the configuration says, and how a channel is made of it. A conforming type and its
/// line in ``ChannelRegistry/standard`` are all that a new kind needs; docs/add-a-channel.md shows one.
public protocol ConfigurableChannel: SendableMetatype {
    associatedtype Settings: ChannelSettings

    static var type: ChannelType { get }
    /// Makes the channel. The only place that takes secrets out of their wrapping.
    static func make(_ name: String, _ settings: Settings, at site: ChannelSite) -> any AlertChannel
    /// Who gets messages.
    static func recipients(_ settings: Settings) -> AlertRecipients
    /// Whether it gets every step of every incident as a document, for programs.
    static var followsIncidents: Bool { get }
    /// The settings with which a person tries the channel beside a running daemon.
    static func forTrial(_ settings: Settings) -> Settings
}

extension ConfigurableChannel {
    public static func recipients(_ settings: Settings) -> AlertRecipients { .itself }
    public static var followsIncidents: Bool { false }
    public static func forTrial(_ settings: Settings) -> Settings { settings }
}

/// What channels are told of the site.
public struct ChannelSite: Sendable {
    /// With their names as people call them.
    public var cameras: [(id: CameraID, name: String)]
    /// May be empty.
    public var name: String
    /// The pages' address; nil where none is known.
    public var publicBaseURL: URL?
    /// Where accounts and their devices stand; nil where a channel is only looked at.
    public var store: Store?
    public var clock: any WallClock
    public var logger: Logger

    public init(
        cameras: [(id: CameraID, name: String)] = [], name: String = "", publicBaseURL: URL? = nil,
        store: Store? = nil, clock: any WallClock = SystemClock(),
        logger: Logger = Logger(label: "aislewatch.alerts")
    ) {
        self.cameras = cameras
        self.name = name
        self.publicBaseURL = publicBaseURL
        self.store = store
        self.clock = clock
        self.logger = logger
    }
}

/// The kinds of channels that there are.
public struct ChannelRegistry: Sendable {
    /// Those that come with the program.
    public static let standard = ChannelRegistry([
        TwilioChannel.self, WebhookChannel.self, MailChannel.self, MQTTChannel.self, SlackChannel.self,
        TeamsChannel.self, TelegramChannel.self, NtfyChannel.self, PushChannel.self,
    ])

    private struct Entry: Sendable {
        var type: ChannelType
        var followsIncidents: Bool
        var make: @Sendable (AlertChannelConfiguration, ChannelSite) -> (any AlertChannel)?
        var recipients: @Sendable (AlertChannelConfiguration) -> AlertRecipients
        var forTrial: @Sendable (AlertChannelConfiguration) -> AlertChannelConfiguration
    }

    private var entries: [Entry]

    public init(_ kinds: [any ConfigurableChannel.Type]) { entries = kinds.map { Self.entry($0) } }

    /// These and others.
    public func adding(_ kinds: [any ConfigurableChannel.Type]) -> ChannelRegistry {
        var registry = self
        registry.entries += kinds.map { Self.entry($0) }
        return registry
    }

    private static func entry<Kind: ConfigurableChannel>(_ kind: Kind.Type) -> Entry {
        Entry(
            type: Kind.type, followsIncidents: Kind.followsIncidents,
            make: { configuration, site in
                configuration.settings(Kind.Settings.self).map { Kind.make(configuration.name, $0, at: site) }
            },
            recipients: { $0.settings(Kind.Settings.self).map(Kind.recipients) ?? .named([]) },
            forTrial: { configuration in
                configuration.settings(Kind.Settings.self).map {
                    AlertChannelConfiguration(
                        name: configuration.name, type: configuration.type, settings: Kind.forTrial($0))
                } ?? configuration
            })
    }

    /// What the configuration's reader must know.
    public var types: [ChannelType] { entries.map(\.type) }

    /// - Returns: nil when there is no such kind.
    public func channel(_ configuration: AlertChannelConfiguration, at site: ChannelSite) -> (any AlertChannel)? {
        entry(of: configuration)?.make(configuration, site)
    }

    /// Nobody where there is no such kind.
    public func recipients(of configuration: AlertChannelConfiguration) -> AlertRecipients {
        entry(of: configuration)?.recipients(configuration) ?? .named([])
    }

    /// Whether the channel gets every step of every incident.
    public func followsIncidents(_ configuration: AlertChannelConfiguration) -> Bool {
        entry(of: configuration)?.followsIncidents ?? false
    }

    /// As a person tries it beside a running daemon.
    public func forTrial(_ configuration: AlertChannelConfiguration) -> AlertChannelConfiguration {
        entry(of: configuration)?.forTrial(configuration) ?? configuration
    }

    private func entry(of configuration: AlertChannelConfiguration) -> Entry? {
        entries.first { $0.type.name == configuration.type }
    }
}
