public import Domain
public import Foundation
import Settings

/// A way to reach people.
public protocol AlertChannel: Sendable {
    /// The channel's name in the configuration.
    var name: String { get }

    /// Returns when the provider has taken the message.
    func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt

    /// Whether an earlier attempt of unknown outcome went out after all; nil where the channel can't tell and the
    /// receiver is trusted to drop a repetition by its idempotency key.
    func wasSent(_ message: OutboxMessage) async throws(AlertError) -> Bool?

    /// What became of a message that the provider had only queued.
    func state(of providerID: String) async throws(AlertError) -> DeliveryState
}

extension AlertChannel {
    public func wasSent(_ message: OutboxMessage) async throws(AlertError) -> Bool? { nil }

    public func state(of providerID: String) async throws(AlertError) -> DeliveryState { .delivered }
}

/// A channel that keeps a connection, and may take commands by it.
public protocol ConnectedChannel: AlertChannel {
    /// Connects, stays connected until the task is cancelled, and then says that it leaves.
    /// - Parameter commands: Who does what the other end asks; nil: nobody.
    func run(commands: (any CameraCommands)?) async
    /// Connects without commands, for one message; returns when the connection stands or has failed, after some seconds at
    /// most.
    func open() async throws(AlertError)
    func close() async
}

/// What other systems see of the cameras, and may ask of them.
public protocol CameraCommands: Sendable {
    /// - Parameter channel: Of incidents only those count that were told through it.
    /// - Returns: nil while the database can't be read.
    func state(of cameras: [CameraID], toldThrough channel: String) async -> SiteState?
    /// Gets an element whenever a state may have changed.
    func changes() -> AsyncStream<Void>
    /// Switches the camera's incidents on or off; off ends by itself after some hours.
    func setEnabled(_ camera: CameraID, _ isEnabled: Bool) async throws
    /// Holds the alerts of a camera back, or no longer.
    /// - Parameters:
    ///   - camera: Nil: of all.
    ///   - seconds: For how long from now; 0: no longer.
    func setSnoozed(_ camera: CameraID?, seconds: Double) async throws
    /// Records now.
    func trigger(_ camera: CameraID, reason: String) async throws
    /// Somebody says something about an incident of the camera.
    /// - Parameters:
    ///   - incident: Nil: the latest of which the channel was told.
    ///   - by: Who, as the other end says; empty: it does not say.
    /// - Returns: What came of it, in words.
    func answer(
        _ camera: CameraID, _ answer: IncidentAnswer, incident: IncidentID?, by: String, toldThrough channel: String
    ) async throws -> String
}

/// What is true of the cameras at one moment.
public struct SiteState: Hashable, Sendable {
    public struct Camera: Hashable, Sendable {
        /// Whether packets come in.
        public var isOnline: Bool
        /// Whether incidents are kept and told.
        public var isEnabled: Bool
        /// Whether its alerts are held back, for itself or for all cameras.
        public var isSnoozed: Bool
        /// Whether an incident goes on.
        public var hasIncident: Bool

        public init(isOnline: Bool, isEnabled: Bool = true, isSnoozed: Bool = false, hasIncident: Bool = false) {
            self.isOnline = isOnline
            self.isEnabled = isEnabled
            self.isSnoozed = isSnoozed
            self.hasIncident = hasIncident
        }
    }

    public var cameras: [CameraID: Camera]
    /// Whether the alerts of all cameras are held back.
    public var isSnoozed: Bool

    public init(cameras: [CameraID: Camera], isSnoozed: Bool = false) {
        self.cameras = cameras
        self.isSnoozed = isSnoozed
    }
}

/// How messages get at a picture of an incident without knowing who makes it.
public protocol PictureSource: Sendable {
    /// A JPEG of at most so many bytes; nil when there is none (yet).
    func picture(of incident: IncidentID, maximumBytes: Int) async -> Data?
}

/// A message with what a channel may want to know besides its text.
public struct AlertDelivery: Sendable {
    public var message: OutboxMessage
    /// Nil for messages about the installation.
    public var incident: Incident?
    /// A few words for subjects and titles; one line.
    public var subject: String
    /// What stands on a button that opens the link.
    public var buttonText: String
    /// What people may answer, with what stands on the buttons; empty where there is nothing to answer.
    public var answers: [(answer: IncidentAnswer, text: String)] = []
    private let pictures: (any PictureSource)?

    public init(
        message: OutboxMessage, incident: Incident? = nil, subject: String = "Aislewatch",
        buttonText: String = "View the recording", pictures: (any PictureSource)? = nil
    ) {
        self.message = message
        self.incident = incident
        self.subject = subject
        self.buttonText = buttonText
        self.pictures = pictures
    }

    /// The page about the incident; nil when the text has no link.
    public var link: URL? { IncidentText.link(in: message.alert.text) }

    /// The text without the link at its end.
    public var textWithoutLink: String {
        guard let link else { return message.alert.text }
        return String(message.alert.text.dropLast(link.absoluteString.count)).trimmingCharacters(in: .whitespaces)
    }

    /// A JPEG of the incident of at most so many bytes; nil when there is none.
    public func picture(maximumBytes: Int) async -> Data? {
        guard let incident = message.incident, let pictures else { return nil }
        return await pictures.picture(of: incident, maximumBytes: maximumBytes)
    }

    /// Whether it tells somebody of one incident, about which they may say something.
    var isAnswerable: Bool {
        switch message.alert.purpose {
        case .incident, .escalation: incident != nil
        default: false
        }
    }

    /// How urgent it is, where a service distinguishes.
    var severity: Severity {
        switch message.alert.purpose {
        case .allWell, .test, .cleared, .reply: .low
        case .escalation, .notice: .high
        case .incident, .update, .end, .summary: incident?.severity ?? .medium
        }
    }
}

/// Why a message did not go out. The reason is one line without secrets: no address, no key, no recipient.
public enum AlertError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The provider did not take it; another attempt may succeed.
    /// - `retryAfterSeconds`: when the provider asked for a pause.
    case temporary(reason: String, retryAfterSeconds: Double? = nil)
    /// Nobody knows whether the provider took it: look before sending again.
    case outcomeUnknown(reason: String)
    /// No attempt will ever succeed.
    case permanent(reason: String)

    public var reason: String {
        switch self {
        case .temporary(let reason, _), .outcomeUnknown(let reason), .permanent(let reason): reason
        }
    }

    public var description: String { reason }
}

/// What a provider answered to a message that it took.
public enum AlertReceipt: Hashable, Sendable {
    /// It is where it should be.
    case delivered
    /// It waits at the provider under this name; ask later what became of it.
    case queued(providerID: String)
}

/// What became of a message that a provider had queued.
public enum DeliveryState: Hashable, Sendable {
    case underway
    case delivered
    /// It will never arrive.
    case failed(reason: String)
}

extension Optional<SecretURL> {
    /// The whole address, for the channel that opens it.
    var text: String { map { $0.reveal().absoluteString } ?? "" }
}
