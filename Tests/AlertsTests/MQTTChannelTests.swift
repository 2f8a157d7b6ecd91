import Domain
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Alerts

/// A real broker (mosquitto) on loopback.
@Suite("MQTT", .timeLimit(.minutes(10)))
struct MQTTChannelTests {
    private final class Broker: Sendable {
        let folder: TemporaryDirectory
        let port: UInt16
        private let process = Mutex<ServerProcess?>(nil)

        init(password: Bool = false, certificates: Certificates? = nil) async throws {
            let folder = try TemporaryDirectory()
            let (started, port) = try await Self.first(folder, password, certificates)
            self.folder = folder
            self.port = port
            process.withLock { $0 = started }
        }

        /// Somebody else may take a port that was free a moment ago.
        private static func first(
            _ folder: TemporaryDirectory, _ password: Bool, _ certificates: Certificates?
        ) async throws -> (ServerProcess, UInt16) {
            var tries = 0
            while true {
                let stub = try HTTPStub()
                let port = stub.port
                stub.stop()
                try await configure(folder, port, password, certificates)
                do {
                    return (try await launch(folder), port)
                } catch  where tries < 5 {
                    tries += 1
                }
            }
        }

        private static func configure(
            _ folder: TemporaryDirectory, _ port: UInt16, _ password: Bool, _ certificates: Certificates?
        ) async throws {
            var lines = ["listener \(port) 127.0.0.1", "log_dest stderr", "log_type all", "user root"]
            if let certificates {
                lines += ["certfile \(certificates.certificate)", "keyfile \(certificates.key)"]
            }
            if password {
                // mosquitto_passwd -b FILE sender s3cret
                let file = folder.file("passwords").path
                let made = try ServerProcess(["mosquitto_passwd", "-c", "-b", file, "sender", "s3cret"])
                try? await made.wait(for: "never")
                lines += ["password_file \(file)", "allow_anonymous false"]
            } else {
                lines.append("allow_anonymous true")
            }
            try (lines.joined(separator: "\n") + "\n").write(
                to: folder.file("broker.conf"), atomically: true, encoding: .utf8)
        }

        private static func launch(_ folder: TemporaryDirectory) async throws -> ServerProcess {
            let started = try ServerProcess(["/usr/sbin/mosquitto", "-c", folder.file("broker.conf").path])
            try await started.wait(for: "running")
            return started
        }

        func start() async throws {
            let started = try await Self.launch(folder)
            process.withLock { $0 = started }
        }

        /// Returns when the broker has said so.
        func says(_ part: String) async throws { try await process.withLock { $0 }?.wait(for: part) }

        func freeze() { process.withLock { $0 }?.freeze() }

        func kill() { process.withLock { $0.take() }?.kill() }

        /// Hears all that comes; retained messages first.
        func listener(_ topic: String = "#", id: String = "listener-\(UUID().uuidString)") async throws -> Listener {
            let listener = Listener()
            try listener.connect(
                MQTTBroker(host: "127.0.0.1", port: Int(port), clientID: id), topic: topic)
            await listener.wait(for: "connected")
            return listener
        }

        func channel(
            user: String? = nil, password: String? = nil, caFile: String? = nil, baseTopic: String = "aislewatch",
            cameras: [(id: CameraID, name: String)] = [(Samples.aisle4, "Aisle 4 cam")], acceptsCommands: Bool = true
        ) -> MQTTChannel {
            MQTTChannel(
                name: "broker",
                broker: MQTTBroker(
                    host: "127.0.0.1", port: Int(port), clientID: "test-\(baseTopic)", user: user, password: password,
                    isEncrypted: caFile != nil, caFile: caFile, baseTopic: baseTopic,
                    acceptsCommands: acceptsCommands),
                cameras: cameras, siteName: "Hall 7")
        }

        deinit { kill() }
    }

    /// Keeps "topic payload" of all that comes.
    private final class Listener: Sendable {
        private struct State {
            var connection: MQTTConnection?
            var lines: [String] = []
            var watchers: [(part: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []

            func count(_ part: String) -> Int { lines.count { $0.contains(part) } }
        }

        private let state = Mutex(State())

        var lines: [String] { state.withLock { $0.lines } }

        func connect(_ broker: MQTTBroker, topic: String) throws {
            let connection = try MQTTConnection(
                broker, will: nil,
                onConnect: { [weak self] connection in
                    connection.subscribe(topic)
                    self?.take("connected")
                },
                onMessage: { [weak self] in
                    self?.take("\($0.topic) \($0.payload)")
                    if $0.isRetained { self?.take("retained \($0.topic) \($0.payload)") }
                })
            state.withLock { $0.connection = connection }
            connection.start()
        }

        func publish(_ topic: String, _ payload: String, retain: Bool = false) async throws {
            let connection = try #require(state.withLock { $0.connection })
            try await connection.publish(topic, Data(payload.utf8), retain: retain, timeoutSeconds: 120)
        }

        /// The last message that came on a topic.
        func payload(_ topic: String) -> String? {
            lines.last { $0.hasPrefix(topic + " ") }.map { String($0.dropFirst(topic.count + 1)) }
        }

        /// Returns once `count` lines hold `part`, or when the test has run out of time.
        func wait(for part: String, count: Int = 1) async {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isThere = state.withLock { state -> Bool in
                        if Task.isCancelled || state.count(part) >= count { return true }
                        state.watchers.append((part, count, continuation))
                        return false
                    }
                    if isThere { continuation.resume() }
                }
            } onCancel: {
                let waiting = state.withLock { state in
                    defer { state.watchers = [] }
                    return state.watchers
                }
                for watcher in waiting { watcher.continuation.resume() }
            }
        }

        func close() async {
            let connection = state.withLock { $0.connection.take() }
            await connection?.stop()
        }

        private func take(_ line: String) {
            let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                state.lines.append(line)
                let seen = state
                defer { state.watchers.removeAll { seen.count($0.part) >= $0.count } }
                return state.watchers.filter { seen.count($0.part) >= $0.count }.map(\.continuation)
            }
            for continuation in woken { continuation.resume() }
        }
    }

    private final class Commands: CameraCommands {
        let (stream, continuation) = AsyncStream<String>.makeStream()
        private let (changed, change) = AsyncStream<Void>.makeStream()
        private let site = Mutex(SiteState(cameras: [Samples.aisle4: .init(isOnline: true)]))

        func state(of cameras: [CameraID], toldThrough channel: String) async -> SiteState? {
            let all = site.withLock { $0 }
            #expect(channel == "broker")
            return SiteState(cameras: all.cameras.filter { cameras.contains($0.key) }, isSnoozed: all.isSnoozed)
        }

        func changes() -> AsyncStream<Void> { changed }

        /// Changes what is true, without anybody's asking.
        func become(_ body: @Sendable (inout SiteState) -> Void) {
            site.withLock { body(&$0) }
            change.yield()
        }

        func setEnabled(_ camera: CameraID, _ isEnabled: Bool) async throws {
            site.withLock { $0.cameras[camera]?.isEnabled = isEnabled }
            continuation.yield("\(camera) \(isEnabled ? "on" : "off")")
        }

        func setSnoozed(_ camera: CameraID?, seconds: Double) async throws {
            site.withLock { site in
                if let camera {
                    site.cameras[camera]?.isSnoozed = seconds > 0
                } else {
                    site.isSnoozed = seconds > 0
                }
            }
            continuation.yield("\(camera?.rawValue ?? "all") snoozed for \(Int(seconds)) s")
        }

        func trigger(_ camera: CameraID, reason: String) async throws {
            continuation.yield("\(camera) trigger \(reason)")
        }

        func answer(
            _ camera: CameraID, _ answer: IncidentAnswer, incident: IncidentID?, by: String,
            toldThrough channel: String
        ) async throws -> String {
            continuation.yield("\(camera) \(answer.word) \(incident?.rawValue ?? "latest") by \(by) of \(channel)")
            return ""
        }
    }

    private struct Pictures: PictureSource {
        let bytes: Data?

        func picture(of incident: IncidentID, maximumBytes: Int) async -> Data? { bytes }
    }

    private func delivery(_ purpose: AlertPurpose = .incident, picture: String? = nil) -> AlertDelivery {
        var message = Samples.message(
            channel: "broker", recipient: "", text: #"{"type":"new","after":{"id":"01a","text":"Object fell"}}"#)
        message.alert.purpose = purpose
        return AlertDelivery(
            message: message, incident: Samples.incident(),
            pictures: Pictures(bytes: picture.map { Data($0.utf8) }))
    }

    private func connected(_ channel: MQTTChannel, _ commands: Commands? = nil) -> Task<Void, Never> {
        Task { await channel.run(commands: commands) }
    }

    @Test("a step of an incident arrives under the camera's topic, with its key; the broker says that it has it")
    func publishes() async throws {
        let broker = try await Broker()
        let listener = try await broker.listener()
        let channel = broker.channel()
        let running = connected(channel)
        await listener.wait(for: "aislewatch/available online")
        #expect(try await channel.send(delivery()) == .delivered)
        await listener.wait(for: "aislewatch/aisle-4/incidents {")
        let line = try #require(listener.lines.first { $0.hasPrefix("aislewatch/aisle-4/incidents ") })
        #expect(line.hasSuffix(#"{"key":"key-1","type":"new","after":{"id":"01a","text":"Object fell"}}"#))
        running.cancel()
        await running.value
        await listener.wait(for: "aislewatch/available offline")
    }

    @Test(
        "Home Assistant finds the camera, also when it comes later, by the keys that it documents and no others")
    func discovery() async throws {
        let broker = try await Broker()
        let channel = broker.channel()
        let first = try await broker.listener()
        let running = connected(channel, Commands())
        await first.wait(for: "aislewatch/aisle-4/enabled/state ON")
        let late = try await broker.listener()
        let entities = [
            ("binary_sensor", "aisle-4_incident"), ("sensor", "aisle-4_text"), ("image", "aisle-4_picture"),
            ("binary_sensor", "aisle-4_connection"), ("switch", "aisle-4_enabled"), ("switch", "aisle-4_snooze"),
            ("button", "aisle-4_trigger"), ("switch", "snooze"),
        ]
        let triggers = IncidentKind.allCases.map { ("device_automation", "aisle-4_started_\($0.rawValue)") }
        for (component, id) in entities + triggers {
            await late.wait(for: "retained homeassistant/\(component)/aislewatch_\(id)/config")
        }
        for topic in ["aisle-4/enabled/state ON", "aisle-4/snooze/state OFF", "snooze/state OFF", "available online"] {
            await late.wait(for: "retained aislewatch/\(topic)")
        }
        await late.wait(for: "retained aislewatch/aisle-4/available online")
        await late.wait(for: "retained aislewatch/aisle-4/incident/state OFF")
        for (component, id) in entities + triggers {
            let text = try #require(late.payload("homeassistant/\(component)/aislewatch_\(id)/config"))
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(id)")
            try Self.check(object, of: component)
        }
        #expect(late.lines.count { $0.hasPrefix("retained homeassistant/") } == entities.count + triggers.count)
        running.cancel()
        await running.value
    }

    /// The keys of MQTT discovery as Home Assistant documents them (2026.4, where `object_id` is gone), by component.
    private static func check(_ object: [String: Any], of component: String) throws {
        let device = try #require(object["device"] as? [String: Any])
        #expect(Set(device.keys).isSubset(of: ["identifiers", "name", "manufacturer", "model", "via_device"]))
        #expect((object["origin"] as? [String: Any])?["name"] as? String == "Aislewatch")
        if component == "device_automation" {
            #expect(
                Set(object.keys) == [
                    "automation_type", "topic", "payload", "type", "subtype", "device", "origin", "qos",
                ])
            #expect(object["automation_type"] as? String == "trigger")
            return
        }
        let common: Set = [
            "name", "unique_id", "default_entity_id", "availability", "availability_mode", "device", "origin", "qos",
            "icon", "entity_category", "json_attributes_topic", "json_attributes_template",
        ]
        let own: [String: (needed: Set<String>, allowed: Set<String>)] = [
            "binary_sensor": (["state_topic"], ["device_class", "payload_on", "payload_off", "value_template"]),
            "sensor": (["state_topic"], ["device_class", "value_template"]),
            "image": (["image_topic"], ["content_type"]),
            "switch": (["command_topic", "state_topic"], []),
            "button": (["command_topic"], ["payload_press"]),
        ]
        let keys = try #require(own[component]), present = Set(object.keys)
        #expect(present.isSubset(of: common.union(keys.needed).union(keys.allowed)))
        #expect(keys.needed.isSubset(of: present))
        let id = try #require(object["default_entity_id"] as? String)
        #expect(id.wholeMatch(of: #/[a-z_]+\.[a-z0-9_]+/#) != nil && id.hasPrefix(component + "."))
        let availability = try #require(object["availability"] as? [[String: String]])
        #expect(object["availability_mode"] as? String == "all")
        let unique = try #require(object["unique_id"] as? String)
        let needsCamera = unique.hasSuffix("_incident") || component == "button"
        #expect(
            availability.map { $0["topic"] }
                == ["aislewatch/available"] + (needsCamera ? ["aislewatch/aisle-4/available"] : []))
    }

    @Test("a camera that goes, comes back, or has its alerts held back by a person is shown so")
    func statesFollow() async throws {
        let broker = try await Broker()
        let listener = try await broker.listener()
        let commands = Commands(), running = connected(broker.channel(), commands)
        await listener.wait(for: "aislewatch/aisle-4/available online")
        commands.become { $0.cameras[Samples.aisle4]?.isOnline = false }
        await listener.wait(for: "aislewatch/aisle-4/available offline")
        commands.become {
            $0.cameras[Samples.aisle4] = .init(isOnline: true, isEnabled: false, isSnoozed: true, hasIncident: true)
            $0.isSnoozed = true
        }
        for topic in [
            "aisle-4/available online", "aisle-4/enabled/state OFF", "aisle-4/snooze/state ON", "snooze/state ON",
            "aisle-4/incident/state ON",
        ] {
            await listener.wait(for: "aislewatch/\(topic)", count: topic.hasSuffix("online") ? 2 : 1)
        }
        running.cancel()
        await running.value
    }

    @Test("the last incident stays at the broker with its picture; that one began is said once, and not kept")
    func lastIncident() async throws {
        let broker = try await Broker()
        let listener = try await broker.listener()
        let channel = broker.channel(), running = connected(channel, Commands())
        await listener.wait(for: "aislewatch/aisle-4/available online")
        #expect(try await channel.send(delivery(picture: "first picture")) == .delivered)
        await listener.wait(for: "aislewatch/aisle-4/started falling_object")
        // It is there before anybody is told to look at it.
        #expect(listener.payload("aislewatch/aisle-4/picture") == "first picture")
        _ = try await channel.send(delivery(.update(1), picture: "another"))
        _ = try await channel.send(delivery(.end, picture: "the clip's poster"))
        await listener.wait(for: "aislewatch/aisle-4/picture the clip's poster")
        #expect(!listener.lines.contains { $0.contains("another") })
        #expect(listener.lines.count { $0.hasPrefix("aislewatch/aisle-4/started ") } == 1)
        let late = try await broker.listener("aislewatch/aisle-4/#")
        await late.wait(for: "retained aislewatch/aisle-4/incidents {")
        await late.wait(for: "retained aislewatch/aisle-4/picture the clip's poster")
        await late.wait(for: "retained aislewatch/aisle-4/snooze/state")
        #expect(!late.lines.contains { $0.hasPrefix("aislewatch/aisle-4/started ") })
        running.cancel()
        await running.value
    }

    @Test("a camera that is no longer configured leaves Home Assistant, also after a restart; others' devices stay")
    func removedCameras() async throws {
        let broker = try await Broker()
        let listener = try await broker.listener()
        let gone = Samples.camera("old-dock")
        let before = broker.channel(cameras: [(Samples.aisle4, "Aisle 4 cam"), (gone, "Old dock")])
        let first = connected(before, Commands())
        await listener.wait(for: "aislewatch/aisle-4/incident/state OFF")
        first.cancel()
        await first.value
        // As the version before published it, of a site whose base begins like ours, and somebody else's.
        try await listener.publish(
            "homeassistant/sensor/aislewatch_older_text/config",
            #"{"unique_id":"aislewatch_older_text","availability_topic":"aislewatch/available","device":"#
                + #"{"identifiers":["aislewatch_older"],"manufacturer":"Aislewatch"}}"#, retain: true)
        try await listener.publish("aislewatch/older/enabled/state", "ON", retain: true)
        let other = "homeassistant/sensor/aislewatch_2_dock_text/config"
        try await listener.publish(
            other,
            #"{"availability":[{"topic":"aislewatch_2/available"}],"device":"#
                + #"{"identifiers":["aislewatch_2_dock"],"manufacturer":"Aislewatch"}}"#, retain: true)
        let lamp = "homeassistant/light/lamp/config"
        try await listener.publish(lamp, #"{"device":{"identifiers":"x","manufacturer":"Lamps"}}"#, retain: true)
        let second = connected(broker.channel(acceptsCommands: false), Commands())
        await listener.wait(for: "homeassistant/sensor/aislewatch_older_text/config", count: 2)
        await listener.wait(for: "aislewatch/older/enabled/state", count: 2)
        await listener.wait(for: "homeassistant/device_automation/aislewatch_old-dock_started_spill/config", count: 2)
        await listener.wait(for: "homeassistant/button/aislewatch_aisle-4_trigger/config", count: 2)
        await listener.wait(for: "aislewatch/old-dock/snooze/state", count: 2)
        second.cancel()
        await second.value
        let late = try await broker.listener()
        await late.wait(for: "retained aislewatch/available offline")
        await late.wait(for: "retained \(lamp)")
        await late.wait(for: "retained \(other)")
        await late.wait(for: "retained homeassistant/sensor/aislewatch_aisle-4_text/config")
        #expect(!late.lines.contains { $0.contains("old-dock") || $0.contains("older") })
        #expect(!late.lines.contains { $0.contains("/button/") || $0.contains("/switch/") })
    }

    @Test("a command that the broker has kept is not obeyed, at no reconnection; one that comes now is")
    func keptCommands() async throws {
        let broker = try await Broker()
        let listener = try await broker.listener()
        try await listener.publish("aislewatch/aisle-4/enabled/set", "OFF", retain: true)
        try await listener.publish("aislewatch/aisle-4/trigger", "stale", retain: true)
        try await listener.publish("aislewatch/snooze/set", "ON", retain: true)
        let commands = Commands(), running = connected(broker.channel(), commands)
        await listener.wait(for: "enabled/state ON")
        try await listener.publish("aislewatch/aisle-4/trigger", "now")
        var asked = commands.stream.makeAsyncIterator()
        #expect(await asked.next() == "aisle-4 trigger now")
        running.cancel()
        await running.value
    }

    @Test("a switch snoozes a camera or all of them, for an hour or for the minutes that it says, and ends it")
    func snoozing() async throws {
        let broker = try await Broker()
        let listener = try await broker.listener()
        let commands = Commands(), running = connected(broker.channel(), commands)
        await listener.wait(for: "aislewatch/snooze/state OFF")
        for (topic, payload) in [
            ("aisle-4/snooze", "ON"), ("snooze", "90"), ("snooze", "0.5"), ("snooze", "soon"), ("snooze", "nan"),
            ("snooze", "OFF"), ("aisle-4/snooze", "OFF"),
        ] {
            try await listener.publish("aislewatch/\(topic)/set", payload)
        }
        var asked = commands.stream.makeAsyncIterator()
        #expect(await asked.next() == "aisle-4 snoozed for 3600 s")
        #expect(await asked.next() == "all snoozed for 5400 s")
        #expect(await asked.next() == "all snoozed for 0 s")
        #expect(await asked.next() == "aisle-4 snoozed for 0 s")
        await listener.wait(for: "aislewatch/aisle-4/snooze/state OFF", count: 2)
        #expect(listener.lines.contains("aislewatch/snooze/state ON"))
        running.cancel()
        await running.value
    }

    @Test("who tries the channel beside the daemon doesn't take the daemon's cameras off the air")
    func trialSaysNothing() async throws {
        let broker = try await Broker()
        let listener = try await broker.listener()
        let running = connected(broker.channel(), Commands())
        await listener.wait(for: "aislewatch/available online")
        let visitor = MQTTChannel(
            name: "broker", broker: MQTTBroker(host: "127.0.0.1", port: Int(broker.port), clientID: "visitor"),
            cameras: [], siteName: "")
        try await visitor.open()
        #expect(try await visitor.send(delivery()) == .delivered)
        await visitor.close()
        let late = try await broker.listener("aislewatch/available")
        await late.wait(for: "retained aislewatch/available online")
        #expect(!listener.lines.contains { $0.hasPrefix("aislewatch/available offline") })
        running.cancel()
        await running.value
    }

    @Test("what others ask of a camera is done; what is asked of no camera of ours is not")
    func commands() async throws {
        let broker = try await Broker()
        let listener = try await broker.listener()
        let commands = Commands(), channel = broker.channel()
        let running = connected(channel, commands)
        await listener.wait(for: "enabled/state ON")
        try await listener.publish("aislewatch/elsewhere/trigger", "x")
        try await listener.publish("aislewatch/aisle-4/enabled/set", "perhaps")
        // The last one counts, however fast they come.
        for flag in ["OFF", "ON", "OFF", "ON"] { try await listener.publish("aislewatch/aisle-4/enabled/set", flag) }
        try await listener.publish("aislewatch/aisle-4/trigger", "door\nopened")
        try await listener.publish("aislewatch/aisle-4/enabled/set", "OFF")
        await listener.wait(for: "enabled/state OFF", count: 3)
        commands.continuation.finish()
        var asked: [String] = []
        for await command in commands.stream { asked.append(command) }
        #expect(
            asked == [
                "aisle-4 off", "aisle-4 on", "aisle-4 off", "aisle-4 on", "aisle-4 trigger door opened", "aisle-4 off",
            ])
        running.cancel()
        await running.value
    }

    @Test("while the broker is away nothing counts as sent; when it is back, it goes on by itself")
    func brokerRestarts() async throws {
        let broker = try await Broker()
        let channel = broker.channel()
        let running = connected(channel)
        let before = try await broker.listener()
        await before.wait(for: "available online")
        broker.kill()
        await channel.wait(untilConnected: false, timeoutSeconds: 120)
        #expect(!channel.isConnected)
        await #expect(throws: AlertError.temporary(reason: "MQTT: no connection to the broker")) {
            try await channel.send(delivery())
        }
        try await broker.start()
        let after = try await broker.listener()
        await after.wait(for: "available online")
        #expect(try await channel.send(delivery()) == .delivered)
        running.cancel()
        await running.value
    }

    @Test("an acknowledgement of an earlier message never counts for a later one, also when ids come round again")
    func idsComeRound() async throws {
        let broker = try await Broker()
        let (connections, connected) = AsyncStream<Void>.makeStream()
        let connection = try MQTTConnection(
            MQTTBroker(host: "127.0.0.1", port: Int(broker.port), clientID: "chatty"),
            will: nil, onConnect: { _ in connected.yield() }, onMessage: { _ in })
        connection.start()
        for await _ in connections { break }
        // MQTT's ids have 16 bits: after this many messages every id was in use once.
        for _ in 0..<65_600 { connection.announce("chat", "x", retain: false) }
        try await connection.publish("chat", Data("last".utf8), timeoutSeconds: 120)
        broker.freeze()
        await #expect(throws: AlertError.outcomeUnknown(reason: "MQTT: the broker has not acknowledged in time")) {
            try await connection.publish("chat", Data("unheard".utf8), timeoutSeconds: 0.5)
        }
        #expect(connection.waiting == 0)
        broker.kill()
        await connection.stop()
    }

    @Test("the broker says offline for us when we are gone without a word")
    func will() async throws {
        let broker = try await Broker()
        let listener = try await broker.listener("aislewatch/available")
        // Another client of the same name throws this one off the broker, as if its line had been cut.
        let running = connected(broker.channel())
        await listener.wait(for: "available online")
        let usurper = try await broker.listener("nothing", id: "test-aislewatch")
        await listener.wait(for: "available offline")
        // Two of one name would throw each other off for ever.
        running.cancel()
        await running.value
        await usurper.close()
    }

    @Test(
        "over TLS a broker is trusted by its certificate, and one that nobody vouches for gets nothing and is named so")
    func encrypted() async throws {
        let good = try Certificates(), other = try Certificates()
        let broker = try await Broker(certificates: good)
        let trusting = broker.channel(caFile: good.authority)
        try await trusting.open()
        #expect(try await trusting.send(delivery()) == .delivered)
        await trusting.close()
        let wary = broker.channel(caFile: other.authority)
        try await wary.open()
        try await broker.says("unknown ca")
        await #expect(
            throws: AlertError.temporary(
                reason: "MQTT: the broker's certificate is not trusted, or it offers no TLS")
        ) { try await wary.send(delivery()) }
        #expect(!wary.isConnected)
        await wary.close()
        // A broker without TLS gets nothing either.
        let plain = try await Broker()
        let strict = plain.channel(caFile: good.authority)
        try await strict.open()
        try await plain.says("New connection")
        #expect(!strict.isConnected)
        await #expect(throws: AlertError.self) { try await strict.send(delivery()) }
        await strict.close()
    }

    @Test("a wrong password is told, and never repeated")
    func wrongPassword() async throws {
        let broker = try await Broker(password: true)
        let good = broker.channel(user: "sender", password: "s3cret")
        try await good.open()
        #expect(try await good.send(delivery()) == .delivered)
        await good.close()
        let bad = broker.channel(user: "sender", password: "wr0ng")
        try await bad.open()
        var reason = ""
        do { _ = try await bad.send(delivery()) } catch { reason = error.reason }
        #expect(reason.contains("refuses") && !reason.contains("wr0ng") && !reason.contains("sender"))
        await bad.close()
    }
}
