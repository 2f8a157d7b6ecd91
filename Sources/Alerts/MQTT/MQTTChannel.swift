public import Domain
import Foundation
public import Logging
import Synchronization

/// A broker: publishes each step of an incident at QoS 1, says whether it is there, shows the cameras to Home Assistant and
/// takes commands. A message counts as sent when the broker has acknowledged it.
public final class MQTTChannel: AlertChannel, CustomStringConvertible {
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
            try open()
        } catch {
            logger.error("\(name): \(error)")
            return
        }
        // libmosquitto's thread works beside this; the loop ends when the task is told to.
        for await one in asked { await answer(one) }
        await close()
    }

    /// Connects without commands; for a try from the command line.
    public func open() throws(AlertError) {
        let made = try MQTTConnection(
            broker, will: .init(topic: topics.available, payload: "offline"),
            onConnect: { [weak self] in self?.greet($0) },
            onMessage: { [weak self] topic, payload in self?.take(topic, payload) })
        connection.withLock { $0 = made }
        made.start()
    }

    public func close() async {
        let old = connection.withLock { $0.take() }
        await old?.stop(farewell: .init(topic: topics.available, payload: "offline"))
    }

    public var isConnected: Bool { connection.withLock { $0 }?.isConnected ?? false }

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
