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

        func channel(user: String? = nil, password: String? = nil, caFile: String? = nil) -> MQTTChannel {
            MQTTChannel(
                name: "broker",
                broker: MQTTBroker(
                    host: "127.0.0.1", port: Int(port), clientID: "test", user: user, password: password,
                    isEncrypted: caFile != nil, caFile: caFile),
                cameras: [(Samples.aisle4, "Aisle 4 cam")], siteName: "Hall 7")
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
                broker, will: .init(topic: "listeners", payload: "gone"),
                onConnect: { [weak self] connection in
                    connection.subscribe(topic)
                    self?.take("connected")
                },
                onMessage: { [weak self] topic, payload in self?.take("\(topic) \(payload)") })
            state.withLock { $0.connection = connection }
            connection.start()
        }

        func publish(_ topic: String, _ payload: String) async throws {
            let connection = try #require(state.withLock { $0.connection })
            try await connection.publish(topic, payload, timeoutSeconds: 120)
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
            await connection?.stop(farewell: .init(topic: "listeners", payload: "bye"))
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
        private let isOn = Mutex(true)

        func isEnabled(_ camera: CameraID) async -> Bool { isOn.withLock { $0 } }

        func setEnabled(_ camera: CameraID, _ isEnabled: Bool) async throws {
            isOn.withLock { $0 = isEnabled }
            continuation.yield("\(camera) \(isEnabled ? "on" : "off")")
        }

        func trigger(_ camera: CameraID, reason: String) async throws {
            continuation.yield("\(camera) trigger \(reason)")
        }
    }

    private func delivery() -> AlertDelivery {
        AlertDelivery(
            message: Samples.message(
                channel: "broker", recipient: "", text: #"{"type":"new","after":{"id":"01a","text":"Object fell"}}"#),
            incident: Samples.incident())
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

    @Test("Home Assistant finds the camera, also when it comes later, because all of it is retained")
    func discovery() async throws {
        let broker = try await Broker()
        let channel = broker.channel()
        let first = try await broker.listener()
        let running = connected(channel, Commands())
        await first.wait(for: "aislewatch/aisle-4/enabled/state ON")
        let late = try await broker.listener()
        for topic in [
            "homeassistant/binary_sensor/aislewatch_aisle-4_incident/config",
            "homeassistant/sensor/aislewatch_aisle-4_text/config",
            "homeassistant/switch/aislewatch_aisle-4_enabled/config",
            "homeassistant/button/aislewatch_aisle-4_trigger/config",
            "aislewatch/aisle-4/enabled/state", "aislewatch/available online",
        ] {
            await late.wait(for: topic)
        }
        for line in late.lines where line.hasPrefix("homeassistant/") {
            let json = try #require(line.split(separator: " ", maxSplits: 1).last)
            let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            #expect(object?["availability_topic"] as? String == "aislewatch/available")
        }
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
            will: .init(topic: "gone", payload: "gone"), onConnect: { _ in connected.yield() }, onMessage: { _, _ in })
        connection.start()
        for await _ in connections { break }
        // MQTT's ids have 16 bits: after this many messages every id was in use once.
        for _ in 0..<65_600 { connection.announce("chat", "x", retain: false) }
        try await connection.publish("chat", "last", timeoutSeconds: 120)
        broker.freeze()
        await #expect(throws: AlertError.outcomeUnknown(reason: "MQTT: the broker has not acknowledged in time")) {
            try await connection.publish("chat", "unheard", timeoutSeconds: 0.5)
        }
        #expect(connection.waiting == 0)
        broker.kill()
        await connection.stop(farewell: .init(topic: "gone", payload: "bye"))
    }

    @Test("the broker says offline for us when we are gone without a word")
    func will() async throws {
        let broker = try await Broker()
        let listener = try await broker.listener("aislewatch/available")
        // Another client of the same name throws this one off the broker, as if its line had been cut.
        let running = connected(broker.channel())
        await listener.wait(for: "available online")
        let usurper = try await broker.listener("nothing", id: "test")
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
