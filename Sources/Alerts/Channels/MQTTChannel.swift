public import Domain
import Foundation
public import Logging
public import Settings
import Synchronization

/// A broker: publishes each step of an incident at QoS 1, says whether the daemon and each camera are there, shows the
/// cameras to Home Assistant and takes commands. A message counts as sent when the broker has acknowledged it.
public final class MQTTChannel: ConnectedChannel, CustomStringConvertible {
    public let name: String
    private let broker: MQTTBroker
    private let cameras: [(id: CameraID, name: String)]
    private let discovery: HomeAssistantDiscovery?
    private let topics: MQTTTopics
    private let logger: Logger
    private let site = Mutex<(any CameraCommands)?>(nil)
    private let connection = Mutex<MQTTConnection?>(nil)
    /// What the broker asks and what changed, in the order in which it came: of ON and OFF the last one counts.
    private let asked: AsyncStream<Asked>
    private let asking: AsyncStream<Asked>.Continuation
    /// The states as this connection has published them, by topic.
    private let published = Mutex<[String: String]>([:])
    /// The latest incident of each camera whose picture is published.
    private let pictured = Mutex<[CameraID: IncidentID]>([:])
    /// Cameras that are no longer configured, whose states are taken away.
    private let removed = Mutex<Set<CameraID>>([])
    private let timeoutSeconds: Double

    /// - Parameters:
    ///   - cameras: With their names as people call them.
    ///   - siteName: Before the cameras' names in Home Assistant; may be empty.
    ///   - timeoutSeconds: How long to wait for the broker's acknowledgement.
    public init(
        name: String, broker: MQTTBroker, cameras: [(id: CameraID, name: String)], siteName: String,
        timeoutSeconds: Double = 10, logger: Logger = Logger(label: "aislewatch.mqtt")
    ) {
        self.name = name
        self.broker = broker
        self.cameras = cameras
        self.timeoutSeconds = timeoutSeconds
        self.logger = logger
        let topics = MQTTTopics(base: broker.baseTopic)
        self.topics = topics
        (asked, asking) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.mostAsked))
        discovery = broker.discoveryPrefix.map {
            HomeAssistantDiscovery(
                prefix: $0, topics: topics, siteName: siteName, cameras: cameras, withCommands: broker.acceptsCommands)
        }
    }

    public var description: String { "MQTT channel \(name)" }

    private enum Asked: Sendable {
        case command(MQTTTopics.Command, payload: String)
        /// Says what is true of the cameras now, as far as it has changed.
        case states
        /// The connection is new: the broker may have forgotten everything, or may have published the will.
        case allStates
    }

    /// Who asks more than this at once is not heard.
    private static let mostAsked = 100
    /// For how long the switch holds alerts back: who forgets it must not miss the night's incidents.
    private static let snoozeMinutes = 60.0
    private static let longestSnoozeMinutes = 1440.0
    /// Home Assistant shows it on a card; brokers keep it in memory.
    private static let maximumPictureBytes = 200_000

    /// Connects, stays connected until the task is cancelled, and then says that it leaves.
    /// - Parameter commands: Knows the cameras, and does what the broker asks of them; nil: nobody.
    public func run(commands: (any CameraCommands)?) async {
        site.withLock { $0 = commands }
        do {
            try start(isVisitor: false)
        } catch {
            logger.error("\(name): \(error)")
            return
        }
        await withDiscardingTaskGroup { group in
            if let changes = commands?.changes() {
                group.addTask { [asking] in
                    for await _ in changes { asking.yield(.states) }
                }
            }
            // libmosquitto's thread works beside this; the loop ends when the task is told to.
            for await one in asked { await answer(one) }
            group.cancelAll()
        }
        await close()
    }

    /// For one message beside a running daemon: nothing is said about who is there, since the daemon says that.
    public func open() async throws(AlertError) {
        let connection = try start(isVisitor: true)
        await connection.wait(untilConnected: true, timeoutSeconds: 5)
    }

    @discardableResult
    private func start(isVisitor: Bool) throws(AlertError) -> MQTTConnection {
        let made = try MQTTConnection(
            broker, will: isVisitor ? nil : .init(topic: topics.available, payload: "offline"),
            onConnect: { [weak self] connection in if !isVisitor { self?.greet(connection) } },
            onMessage: { [weak self] message in self?.take(message) })
        connection.withLock { $0 = made }
        made.start()
        return made
    }

    public func close() async {
        let old = connection.withLock { $0.take() }
        await old?.stop()
    }

    var isConnected: Bool { connection.withLock { $0 }?.isConnected ?? false }

    /// Returns once the connection stands, or no longer does.
    func wait(untilConnected wanted: Bool, timeoutSeconds: Double) async {
        await connection.withLock { $0 }?.wait(untilConnected: wanted, timeoutSeconds: timeoutSeconds)
    }

    // MARK: - Messages

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        guard let connection = connection.withLock({ $0 }) else {
            throw .temporary(reason: "MQTT: not started")
        }
        let message = delivery.message
        guard let incident = delivery.incident, message.alert.text.hasPrefix("{") else {
            let note = Note(
                key: message.idempotencyKey, type: message.alert.purpose.name, text: message.alert.text)
            try await connection.publish(
                topics.notices, Data(ChatText.json(note)), timeoutSeconds: timeoutSeconds)
            return .delivered
        }
        // The document was made when the step was written down; its key is known only now.
        let document = "{\"key\":\"\(message.idempotencyKey)\"," + message.alert.text.dropFirst()
        try await connection.publish(
            topics.incidents(incident.camera), Data(document.utf8), retain: true, timeoutSeconds: timeoutSeconds)
        asking.yield(.states)
        // The incident is told; what goes with it must not make it be told again.
        do throws(AlertError) {
            try await publishPicture(of: delivery, incident, through: connection)
            if message.alert.purpose == .incident {
                try await connection.publish(
                    topics.started(incident.camera), Data(incident.kind.rawValue.utf8), timeoutSeconds: timeoutSeconds)
            }
        } catch {
            logger.warning("\(name): incident \(incident.id) is published without all that belongs to it: \(error)")
        }
        return .delivered
    }

    private struct Note: Encodable {
        var key: String
        var type: String
        var text: String
    }

    /// At the incident's beginning, or as soon as there is a picture; and the better one that its end has.
    private func publishPicture(
        of delivery: AlertDelivery, _ incident: Incident, through connection: MQTTConnection
    ) async throws(AlertError) {
        let isThere = pictured.withLock { $0[incident.camera] == incident.id }
        guard !isThere || delivery.message.alert.purpose == .end,
            let picture = await delivery.picture(maximumBytes: Self.maximumPictureBytes)
        else { return }
        try await connection.publish(
            topics.picture(incident.camera), picture, retain: true, timeoutSeconds: timeoutSeconds)
        pictured.withLock { $0[incident.camera] = incident.id }
    }

    // MARK: - States

    /// After each connection: the broker may have forgotten, or may have published the will.
    private func greet(_ connection: MQTTConnection) {
        logger.info("\(name): connected")
        // First what is left of before, so that Home Assistant never has two of one name.
        for topic in discovery?.leftoverTopics ?? [] { connection.subscribe(topic) }
        for message in discovery?.messages ?? [] { connection.announce(message.topic, message.payload) }
        connection.announce(topics.available, "online")
        asking.yield(.allStates)
        guard broker.acceptsCommands, site.withLock({ $0 }) != nil else { return }
        for topic in topics.commands { connection.subscribe(topic) }
    }

    private func publishStates(_ site: any CameraCommands) async {
        guard let state = await site.state(of: cameras.map(\.id), toldThrough: name) else { return }
        publish(topics.snoozeState(nil), state.isSnoozed)
        for (camera, state) in state.cameras {
            publish(topics.available(camera), state.isOnline ? "online" : "offline")
            publish(topics.incidentState(camera), state.hasIncident)
            publish(topics.enabledState(camera), state.isEnabled)
            publish(topics.snoozeState(camera), state.isSnoozed)
        }
    }

    private func publish(_ topic: String, _ isOn: Bool) { publish(topic, isOn ? "ON" : "OFF") }

    /// Nothing where the broker has it already.
    private func publish(_ topic: String, _ state: String) {
        guard let connection = connection.withLock({ $0 }), connection.isConnected else { return }
        let isNew = published.withLock { published in
            defer { published[topic] = state }
            return published[topic] != state
        }
        if isNew { connection.announce(topic, state) }
    }

    // MARK: - Commands

    private func take(_ message: MQTTConnection.Message) {
        if let discovery, message.isRetained,
            let leftover = discovery.leftover(topic: message.topic, payload: message.payload)
        {
            remove(leftover)
            return
        }
        guard let command = topics.command(message.topic) else { return }
        // A command is for the moment in which it is given; one that the broker has kept comes at every reconnection.
        guard !message.isRetained else {
            logger.warning(
                "\(name): the broker has kept a command on \(message.topic); it is ignored. Publish it without retain")
            return
        }
        if let camera = command.camera, !cameras.contains(where: { $0.id == camera }) {
            logger.warning("\(name): a command for \(camera), which is not configured")
            return
        }
        asking.yield(.command(command, payload: message.payload))
    }

    /// Takes away what an earlier run or configuration has published.
    private func remove(_ leftover: HomeAssistantDiscovery.Leftover) {
        guard let connection = connection.withLock({ $0 }) else { return }
        connection.announce(leftover.topic, "")
        guard let camera = leftover.goneCamera, removed.withLock({ $0.insert(camera).inserted }) else { return }
        logger.notice("\(name): \(camera) is no longer configured; it is taken out of Home Assistant")
        for topic in topics.retained(camera) { connection.announce(topic, "") }
    }

    private func answer(_ asked: Asked) async {
        guard let site = site.withLock({ $0 }) else { return }
        do {
            switch asked {
            case .states: break
            case .allStates: published.withLock { $0 = [:] }
            case .command(.setEnabled(let camera), let payload):
                guard let isEnabled = Self.flag(payload) else {
                    logger.warning("\(name): \(camera): enabled/set takes ON or OFF")
                    return
                }
                try await site.setEnabled(camera, isEnabled)
                forget(topics.enabledState(camera))
            case .command(.setSnoozed(let camera), let payload):
                guard let seconds = Self.snoozeSeconds(payload) else {
                    logger.warning("\(name): snooze/set takes ON, OFF or minutes from 1 to 1440")
                    return
                }
                try await site.setSnoozed(camera, seconds: seconds)
                forget(topics.snoozeState(camera))
            case .command(.trigger(let camera), let payload):
                try await site.trigger(camera, reason: String(ChatText.line(payload).prefix(100)))
            case .command(.answer(let camera), let payload):
                guard let given = BrokerAnswer(payload) else {
                    logger.warning("\(name): \(camera): answer takes a word, or {\"answer\", \"incident\", \"by\"}")
                    return
                }
                let outcome = try await site.answer(
                    camera, given.answer, incident: given.incident, by: given.by, toldThrough: name)
                logger.info("\(name): \(camera): an answer was taken: \(outcome)")
            }
        } catch {
            logger.warning("\(name): a command failed: \(error)")
        }
        await publishStates(site)
    }

    /// Who pressed a switch wants an answer, also when it changed nothing.
    private func forget(_ topic: String) { published.withLock { $0[topic] = nil } }

    private static func flag(_ payload: String) -> Bool? {
        switch payload.trimmingCharacters(in: .whitespacesAndNewlines).lowercased() {
        case "on", "true", "1": true
        case "off", "false", "0": false
        default: nil
        }
    }

    /// - Returns: 0 for the end of a snooze; nil for what can't be meant.
    private static func snoozeSeconds(_ payload: String) -> Double? {
        switch payload.trimmingCharacters(in: .whitespacesAndNewlines).lowercased() {
        case "on", "true": return snoozeMinutes * 60
        case "off", "false", "0": return 0
        case let text:
            guard let minutes = Double(text), (1...longestSnoozeMinutes).contains(minutes) else { return nil }
            return minutes * 60
        }
    }
}

/// What somebody says about an incident by way of a broker: a word (`on_the_way`), or a document with it.
private struct BrokerAnswer {
    var answer: IncidentAnswer
    var incident: IncidentID?
    var by: String

    private struct Document: Decodable {
        var answer: String
        var incident: String?
        var by: String?
    }

    /// - Returns: nil for what says nothing.
    init?(_ payload: String) {
        let text = payload.trimmingCharacters(in: .whitespacesAndNewlines)
        let document =
            (try? JSONDecoder().decode(Document.self, from: Data(text.utf8)))
            ?? Document(answer: text.lowercased(), incident: nil, by: nil)
        guard let answer = IncidentAnswer(word: document.answer) else { return nil }
        self.answer = answer
        incident = document.incident.map { IncidentID(rawValue: $0) }
        by = String(ChatText.line(document.by ?? "").prefix(64))
    }
}

// MARK: - In the configuration

extension MQTTChannel: ConfigurableChannel {
    public struct Settings: ChannelSettings {
        public var host = ""
        public var isEncrypted = false
        public var caFile: URL?
        /// Nil: the usual one.
        public var port: Int?
        public var username: String?
        public var password: Secret?
        public var clientID = ""
        public var baseTopic = ""
        public var discoveryPrefix = ""
        public var acceptsCommands = true

        public init() {}

        var broker: MQTTBroker {
            MQTTBroker(
                host: host, port: port ?? (isEncrypted ? 8883 : 1883), clientID: clientID, user: username,
                password: password?.reveal(), isEncrypted: isEncrypted, caFile: caFile?.path, baseTopic: baseTopic,
                discoveryPrefix: discoveryPrefix == "none" ? nil : discoveryPrefix, acceptsCommands: acceptsCommands)
        }
    }

    public static let type = ChannelType(
        "mqtt", "A broker; Home Assistant finds the cameras by itself.", exampleName: "broker",
        traits: .init(
            through: "a broker", picture: "on a topic of its own", sentWhen: "the broker has acknowledged it (QoS 1)"),
        parameters: [
            .host("host", \Settings.host, "The broker.", example: "192.0.2.20"),
            .flag("tls", \.isEncrypted, default: false, "Whether the connection is encrypted."),
            .file("ca_file", \.caFile, "Certificates that are trusted instead of the system's."),
            .port("port", \.port, default: "1883; 8883 with tls", "The broker's port."),
            .optionalText(
                "username", \.username, "a text", "Where the broker wants one.", example: "aislewatch"),
            .secret("password", \.password, what: "the password", "The password.", example: "${MQTT_PASSWORD}"),
            .text(
                "client_id", \.clientID, default: "aislewatch", topicForm,
                "Must differ between the clients of a broker.", check: topic),
            .text("base_topic", \.baseTopic, default: "aislewatch", topicForm, "Before every topic.", check: topic),
            .text(
                "discovery_prefix", \.discoveryPrefix, default: "homeassistant", topicForm,
                "Home Assistant's; none: nothing is published for it.", check: topic),
            .flag(
                "commands", \.acceptsCommands, default: true,
                "Whether the broker may trigger recordings, switch cameras off and snooze alerts."),
        ])

    private static let topicForm = "1 to 64 letters, digits, -, _ and / (not at an end)"

    public static func make(_ name: String, _ settings: Settings, at site: ChannelSite) -> any AlertChannel {
        MQTTChannel(
            name: name, broker: settings.broker, cameras: site.cameras, siteName: site.name, logger: site.logger)
    }

    public static var followsIncidents: Bool { true }

    public static func forTrial(_ settings: Settings) -> Settings {
        var settings = settings
        // A client of the same name as the daemon's would throw that one off the broker.
        settings.clientID += "-try-\(UInt32.random(in: 0...UInt32.max))"
        settings.acceptsCommands = false
        return settings
    }

    /// Part of a topic: no wildcard, no slash at an end.
    private static func topic(_ text: String) -> String? {
        let isTopic =
            text.count <= 64 && !text.hasPrefix("/") && !text.hasSuffix("/")
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_/".contains($0)) }
        return isTopic ? text : nil
    }
}

/// Where messages are published, and how.
public struct MQTTBroker: Hashable, Sendable {
    public var host: String
    public var port: Int
    public var clientID: String
    /// Nil: no authentication.
    public var user: String?
    public var password: String?
    /// Whether the connection is encrypted.
    public var isEncrypted: Bool
    /// Certificates that are trusted instead of the system's; nil: the system's.
    public var caFile: String?
    /// Before every topic.
    public var baseTopic: String
    /// Home Assistant's; nil: nothing is published for it.
    public var discoveryPrefix: String?
    /// Whether messages from the broker may trigger a recording, switch a camera off or hold alerts back.
    public var acceptsCommands: Bool

    public init(
        host: String, port: Int, clientID: String = "aislewatch", user: String? = nil, password: String? = nil,
        isEncrypted: Bool = false, caFile: String? = nil, baseTopic: String = "aislewatch",
        discoveryPrefix: String? = "homeassistant", acceptsCommands: Bool = true
    ) {
        self.host = host
        self.port = port
        self.clientID = clientID
        self.user = user
        self.password = password
        self.isEncrypted = isEncrypted
        self.caFile = caFile
        self.baseTopic = baseTopic
        self.discoveryPrefix = discoveryPrefix
        self.acceptsCommands = acceptsCommands
    }
}

/// The topics, with Frigate's habits: `<base>/available` and `<base>/<camera>/…`; docs/alerts.md lists them.
struct MQTTTopics: Hashable, Sendable {
    enum Command: Hashable, Sendable {
        case setEnabled(CameraID)
        case trigger(CameraID)
        /// Nil: the alerts of all cameras.
        case setSnoozed(CameraID?)
        case answer(CameraID)

        var camera: CameraID? {
            switch self {
            case .setEnabled(let camera), .trigger(let camera), .answer(let camera): camera
            case .setSnoozed(let camera): camera
            }
        }
    }

    var base: String

    var available: String { "\(base)/available" }
    var notices: String { "\(base)/notices" }
    /// Whether the camera sends packets.
    func available(_ camera: CameraID) -> String { "\(base)/\(camera)/available" }
    /// The latest step of the latest incident; retained.
    func incidents(_ camera: CameraID) -> String { "\(base)/\(camera)/incidents" }
    /// Whether an incident goes on.
    func incidentState(_ camera: CameraID) -> String { "\(base)/\(camera)/incident/state" }
    /// Once an incident, its kind; not retained, because who hears it starts something.
    func started(_ camera: CameraID) -> String { "\(base)/\(camera)/started" }
    /// The latest incident's, as a JPEG.
    func picture(_ camera: CameraID) -> String { "\(base)/\(camera)/picture" }
    func enabledState(_ camera: CameraID) -> String { "\(base)/\(camera)/enabled/state" }
    func setEnabled(_ camera: CameraID) -> String { "\(base)/\(camera)/enabled/set" }
    func trigger(_ camera: CameraID) -> String { "\(base)/\(camera)/trigger" }
    /// - Parameter camera: Nil: all of them.
    func snoozeState(_ camera: CameraID?) -> String { "\(of(camera))/snooze/state" }
    func setSnoozed(_ camera: CameraID?) -> String { "\(of(camera))/snooze/set" }
    /// What somebody says about an incident.
    func answer(_ camera: CameraID) -> String { "\(base)/\(camera)/answer" }

    private func of(_ camera: CameraID?) -> String { camera.map { "\(base)/\($0)" } ?? base }

    var commands: [String] {
        [
            "\(base)/+/enabled/set", "\(base)/+/trigger", "\(base)/+/snooze/set", "\(base)/snooze/set",
            "\(base)/+/answer",
        ]
    }

    /// What the broker keeps of a camera.
    func retained(_ camera: CameraID) -> [String] {
        [
            available(camera), incidents(camera), incidentState(camera), picture(camera), enabledState(camera),
            snoozeState(camera),
        ]
    }

    /// - Returns: nil when the topic is none of ours.
    func command(_ topic: String) -> Command? {
        if topic == setSnoozed(nil) { return .setSnoozed(nil) }
        guard topic.hasPrefix(base + "/") else { return nil }
        let parts = topic.dropFirst(base.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        guard let camera = parts.first.flatMap({ CameraID(rawValue: String($0)) }) else { return nil }
        return switch parts.dropFirst() {
        case ["enabled", "set"]: .setEnabled(camera)
        case ["trigger"]: .trigger(camera)
        case ["snooze", "set"]: .setSnoozed(camera)
        case ["answer"]: .answer(camera)
        default: nil
        }
    }
}
