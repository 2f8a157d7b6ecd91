public import Domain
import Foundation
public import Logging
public import Settings
import Synchronization

/// A broker: publishes each step of an incident at QoS 1, says whether it is there, shows the cameras to Home Assistant and
/// takes commands. A message counts as sent when the broker has acknowledged it.
public final class MQTTChannel: ConnectedChannel, CustomStringConvertible {
    public let name: String
    private let broker: MQTTBroker
    private let cameras: [(id: CameraID, name: String)]
    private let discovery: HomeAssistantDiscovery?
    private let topics: MQTTTopics
    private let logger: Logger
    private let commands = Mutex<(any CameraCommands)?>(nil)
    private let connection = Mutex<MQTTConnection?>(nil)
    /// What the broker asks, in the order in which it came: of ON and OFF the last one counts.
    private let asked: AsyncStream<Asked>
    private let asking: AsyncStream<Asked>.Continuation
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
                prefix: $0, topics: topics, siteName: siteName, withCommands: broker.acceptsCommands)
        }
    }

    public var description: String { "MQTT channel \(name)" }

    private enum Asked: Sendable {
        case command(MQTTTopics.Command, payload: String)
        /// Says of all cameras whether they are switched on.
        case states
    }

    /// Who asks more than this at once is not heard.
    private static let mostAsked = 100

    /// Connects, stays connected until the task is cancelled, and then says that it leaves.
    /// - Parameter commands: Who does what the broker asks; nil: nobody.
    public func run(commands: (any CameraCommands)?) async {
        self.commands.withLock { $0 = broker.acceptsCommands ? commands : nil }
        do {
            try start()
        } catch {
            logger.error("\(name): \(error)")
            return
        }
        // libmosquitto's thread works beside this; the loop ends when the task is told to.
        for await one in asked { await answer(one) }
        await close()
    }

    public func open() async throws(AlertError) {
        let connection = try start()
        await connection.wait(untilConnected: true, timeoutSeconds: 5)
    }

    @discardableResult
    private func start() throws(AlertError) -> MQTTConnection {
        let made = try MQTTConnection(
            broker, will: .init(topic: topics.available, payload: "offline"),
            onConnect: { [weak self] in self?.greet($0) },
            onMessage: { [weak self] topic, payload in self?.take(topic, payload) })
        connection.withLock { $0 = made }
        made.start()
        return made
    }

    public func close() async {
        let old = connection.withLock { $0.take() }
        await old?.stop(farewell: .init(topic: topics.available, payload: "offline"))
    }

    var isConnected: Bool { connection.withLock { $0 }?.isConnected ?? false }

    /// Returns once the connection stands, or no longer does.
    func wait(untilConnected wanted: Bool, timeoutSeconds: Double) async {
        await connection.withLock { $0 }?.wait(untilConnected: wanted, timeoutSeconds: timeoutSeconds)
    }

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        guard let connection = connection.withLock({ $0 }) else {
            throw .temporary(reason: "MQTT: not started")
        }
        let message = delivery.message
        let topic: String
        let payload: String
        if let incident = delivery.incident, message.alert.text.hasPrefix("{") {
            topic = topics.incidents(incident.camera)
            // The document was made when the step was written down; its key is known only now.
            payload = "{\"key\":\"\(message.idempotencyKey)\"," + message.alert.text.dropFirst()
        } else {
            topic = topics.notices
            let note = Note(
                key: message.idempotencyKey, type: message.alert.purpose.name, text: message.alert.text)
            payload = String(decoding: try ChatText.json(note), as: UTF8.self)
        }
        try await connection.publish(topic, payload, timeoutSeconds: timeoutSeconds)
        return .delivered
    }

    private struct Note: Encodable {
        var key: String
        var type: String
        var text: String
    }

    /// Tells everybody whether a camera is switched on; call it when that has changed.
    public func publishEnabled(_ camera: CameraID, _ isEnabled: Bool) {
        connection.withLock { $0 }?.announce(topics.enabledState(camera), isEnabled ? "ON" : "OFF")
    }

    /// After each connection: the broker may have forgotten, or may have published the will.
    private func greet(_ connection: MQTTConnection) {
        logger.info("\(name): connected")
        connection.announce(topics.available, "online")
        for camera in cameras {
            for message in discovery?.messages(camera.id, name: camera.name) ?? [] {
                connection.announce(message.topic, message.payload)
            }
        }
        guard commands.withLock({ $0 }) != nil else { return }
        for topic in topics.commands { connection.subscribe(topic) }
        asking.yield(.states)
    }

    private func take(_ topic: String, _ payload: String) {
        guard let command = topics.command(topic) else { return }
        let camera: CameraID =
            switch command {
            case .setEnabled(let camera), .trigger(let camera): camera
            }
        guard cameras.contains(where: { $0.id == camera }) else {
            logger.warning("\(name): a command for \(camera), which is not configured")
            return
        }
        asking.yield(.command(command, payload: payload))
    }

    private func answer(_ asked: Asked) async {
        guard let commands = commands.withLock({ $0 }) else { return }
        do {
            switch asked {
            case .states:
                for camera in cameras { publishEnabled(camera.id, await commands.isEnabled(camera.id)) }
            case .command(.setEnabled(let camera), let payload):
                guard let isEnabled = Self.flag(payload) else {
                    logger.warning("\(name): \(camera): enabled/set takes ON or OFF")
                    return
                }
                try await commands.setEnabled(camera, isEnabled)
                publishEnabled(camera, await commands.isEnabled(camera))
            case .command(.trigger(let camera), let payload):
                try await commands.trigger(camera, reason: String(ChatText.line(payload).prefix(100)))
            }
        } catch {
            logger.warning("\(name): a command failed: \(error)")
        }
    }

    private static func flag(_ payload: String) -> Bool? {
        switch payload.trimmingCharacters(in: .whitespacesAndNewlines).lowercased() {
        case "on", "true", "1": true
        case "off", "false", "0": false
        default: nil
        }
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
        traits: .init(through: "a broker", picture: "no", sentWhen: "the broker has acknowledged it (QoS 1)"),
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
                "Whether the broker may trigger recordings and switch cameras off."),
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
    /// Whether messages from the broker may trigger a recording or switch a camera off.
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

/// The topics, with Frigate's habits: `<base>/available`, `<base>/<camera>/incidents`, `…/enabled/set`, `…/enabled/state`,
/// `…/trigger`; and `<base>/notices` about the installation.
struct MQTTTopics: Hashable, Sendable {
    enum Command: Hashable, Sendable {
        case setEnabled(CameraID)
        case trigger(CameraID)
    }

    var base: String

    var available: String { "\(base)/available" }
    var notices: String { "\(base)/notices" }
    func incidents(_ camera: CameraID) -> String { "\(base)/\(camera)/incidents" }
    func enabledState(_ camera: CameraID) -> String { "\(base)/\(camera)/enabled/state" }
    func setEnabled(_ camera: CameraID) -> String { "\(base)/\(camera)/enabled/set" }
    func trigger(_ camera: CameraID) -> String { "\(base)/\(camera)/trigger" }
    var commands: [String] { ["\(base)/+/enabled/set", "\(base)/+/trigger"] }

    /// - Returns: nil when the topic is none of ours.
    func command(_ topic: String) -> Command? {
        guard topic.hasPrefix(base + "/") else { return nil }
        let parts = topic.dropFirst(base.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        guard let camera = parts.first.flatMap({ CameraID(rawValue: String($0)) }) else { return nil }
        return switch parts.dropFirst() {
        case ["enabled", "set"]: .setEnabled(camera)
        case ["trigger"]: .trigger(camera)
        default: nil
        }
    }
}

/// What Home Assistant must be told so that each camera appears by itself: an incident sensor, its last text, a switch and
/// a button (<https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery>).
struct HomeAssistantDiscovery: Sendable {
    var prefix: String
    var topics: MQTTTopics
    var siteName: String
    var withCommands: Bool

    private struct Device: Encodable {
        var identifiers: [String]
        var name: String
        var manufacturer = "Aislewatch"
        var model = "Camera"
    }

    private struct Entity: Encodable {
        var name: String
        var unique_id: String
        var object_id: String
        var availability_topic: String
        var device: Device
        var state_topic: String?
        var command_topic: String?
        var value_template: String?
        var json_attributes_topic: String?
        var json_attributes_template: String?
        var payload_press: String?
        var device_class: String?
        var icon: String?
    }

    /// Topic and payload of each entity of the camera; to be retained.
    func messages(_ camera: CameraID, name: String) -> [(topic: String, payload: String)] {
        var entities: [(component: String, entity: Entity)] = [
            ("binary_sensor", entity(camera, name, "incident", "Incident")),
            ("sensor", entity(camera, name, "text", "Last incident")),
        ]
        entities[0].entity.state_topic = topics.incidents(camera)
        entities[0].entity.value_template = "{{ 'OFF' if value_json.type == 'end' else 'ON' }}"
        entities[0].entity.json_attributes_topic = topics.incidents(camera)
        entities[0].entity.json_attributes_template = "{{ value_json.after | tojson }}"
        entities[0].entity.device_class = "problem"
        entities[1].entity.state_topic = topics.incidents(camera)
        // A state has at most 255 characters.
        entities[1].entity.value_template = "{{ value_json.after.text[:250] }}"
        entities[1].entity.icon = "mdi:message-alert"
        if withCommands {
            var enabled = entity(camera, name, "enabled", "Enabled")
            enabled.state_topic = topics.enabledState(camera)
            enabled.command_topic = topics.setEnabled(camera)
            entities.append(("switch", enabled))
            var trigger = entity(camera, name, "trigger", "Record now")
            trigger.command_topic = topics.trigger(camera)
            trigger.payload_press = "Home Assistant"
            entities.append(("button", trigger))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return entities.compactMap { component, entity in
            guard let data = try? encoder.encode(entity) else { return nil }
            return ("\(prefix)/\(component)/\(entity.unique_id)/config", String(decoding: data, as: UTF8.self))
        }
    }

    private func entity(_ camera: CameraID, _ name: String, _ key: String, _ title: String) -> Entity {
        // Two sites may share a broker: their base topics differ.
        let base = topics.base.replacingOccurrences(of: "/", with: "_")
        let id = "\(base)_\(camera)_\(key)"
        return Entity(
            name: title, unique_id: id, object_id: id, availability_topic: topics.available,
            device: Device(
                identifiers: ["\(base)_\(camera)"], name: siteName.isEmpty ? name : "\(siteName) \(name)"))
    }
}
