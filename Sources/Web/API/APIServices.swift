public import Domain
public import Storage

/// What the API works with. What an installation lacks is nil, and is answered with "not available".
public struct APIServices: Sendable {
    public var store: Store
    public var setup: SetupLink
    public var hub: EventHub
    public var feed: (any LiveFeed)?
    public var prompts: (any PromptSink)?
    public var trigger: (any IncidentTrigger)?
    public var editor: (any ConfigurationEditor)?
    public var channels: (any ChannelTester)?
    public var streams: (any StreamTester)?
    public var status: (any StatusSource)?
    public var silence: (any SilenceDesk)?
    public var archive: (any IncidentArchive)?
    /// The last warnings of the log, newest first.
    public var warnings: @Sendable () -> [LogWarning] = { [] }
    /// The link to an incident's page, whole, from its path; nil where no public address is known.
    public var publicURL: @Sendable (_ path: String) -> String? = { _ in nil }
    public var version = ""
    /// The rules that there are, and what they can be set to.
    public var rules: [RuleDescription] = []

    public init(store: Store, setup: SetupLink, hub: EventHub) {
        self.store = store
        self.setup = setup
        self.hub = hub
    }
}
