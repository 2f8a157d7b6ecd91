public import Domain
public import Foundation
public import Storage

/// What the API works with. What an installation lacks is nil, and is answered with "not available".
public struct APIServices: Sendable {
    public var store: Store
    public var setup: SetupLink
    public var hub: EventHub
    public var feed: (any LiveFeed)?
    public var targets: (any TargetService)?
    public var trigger: (any IncidentTrigger)?
    public var editor: (any ConfigurationEditor)?
    public var channels: (any ChannelTester)?
    /// Messages to devices, where a channel sends them now.
    public var push: @Sendable () -> PushOffer? = { nil }
    public var streams: (any StreamTester)?
    public var archive: (any IncidentArchive)?
    /// Nil: clips are sent as they were recorded, and nothing else.
    public var copies: (any PlayableCopies)?
    public var status: (@Sendable () async -> DaemonStatus)?
    /// The last warnings of the log, newest first.
    public var warnings: @Sendable () -> [LogWarning] = { [] }
    /// Whether an alert would reach anybody at that time.
    public var alertCoverage: @Sendable (Date) async throws -> AlertCoverage = { _ in .unknown }
    /// The link to an incident's page, whole, from its path; nil where no public address is known.
    public var publicURL: @Sendable (_ path: String) -> String? = { _ in nil }
    /// Takes what a provider brings because somebody has answered to an alert; nil where no channel of that name takes it.
    public var answerHook:
        (@Sendable (_ channel: String, _ headers: [String: String], _ body: Data) async -> AnswerHookResponse?)?
    public var version = ""
    /// The least sensitivity at which a rule would still have reported what it measured.
    public var leastFactor: (@Sendable ([Evidence], IncidentKind) -> Double)?
    /// The rules that there are, and what they can be set to.
    public var rules: [RuleDescription] = []

    public init(store: Store, setup: SetupLink, hub: EventHub) {
        self.store = store
        self.setup = setup
        self.hub = hub
    }
}

/// What a provider is answered who has brought something.
public struct AnswerHookResponse: Hashable, Sendable {
    /// Of HTTP.
    public var status: Int
    public var contentType: String
    public var body: String

    public init(status: Int, contentType: String, body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// Whether accounts may do without a second factor, where people sign in here by a password.
public enum SecondFactorDemand: String, Sendable, CaseIterable {
    /// Everybody as they like.
    case optional
    /// Administrators must have one.
    case admins
    /// Everybody must have one.
    case all

    func covers(_ role: Role) -> Bool {
        switch self {
        case .optional: false
        case .admins: role == .admin
        case .all: true
        }
    }
}

/// Limits and habits of the API.
public struct APISettings: Sendable {
    /// A session that was not used for so long ends.
    public var idleSeconds = 12.0 * 3600
    /// A session ends after this time whatever happens.
    public var sessionSeconds = 14.0 * 86_400
    /// Wrong passwords at once from one address, and seconds until one more is allowed.
    public var wrongPasswords = (capacity: 8.0, refillSeconds: 30.0)
    /// Wrong passwords at once for one name, from wherever: high, so that nobody can lock out others easily.
    public var wrongPasswordsPerName = (capacity: 50.0, refillSeconds: 20.0)
    /// Wrong codes of a second factor at once for one account, and seconds until one more is allowed: who tries for a year
    /// finds none with a probability of 75 %.
    public var wrongCodes = (capacity: 6.0, refillSeconds: 300.0)
    /// Requests at once from one address, and seconds until one more is allowed.
    public var requests = (capacity: 400.0, refillSeconds: 0.02)
    /// A request's body.
    public var maxBodyBytes = 1 << 20
    public var passwordCost = PasswordHash.Cost()
    /// Proxies whose word about the client counts.
    public var trustedProxies: [AddressRange] = []
    /// The header in which a trusted proxy names who has signed in there; nil: people sign in here.
    public var signInHeader: String?
    /// Who must have a second factor.
    public var secondFactor = SecondFactorDemand.optional
    /// The role of an account that is made for a name which somebody trusted gives and nobody has yet; nil: none is made.
    public var newAccounts: Role?
    /// Where people sign in instead of here; nil: here alone.
    public var openID: OpenIDSettings?
    /// The server itself speaks TLS.
    public var isTLS = false
    var connections = ConnectionLimits()

    public init() {}
}
