internal import CMosquitto
import Dispatch
import Foundation
import Synchronization

/// One connection to a broker that comes back by itself. The only place that touches libmosquitto.
///
/// libmosquitto calls back on its own thread; what it tells goes on as calls of `onConnect` and `onMessage`, which must
/// not block.
final class MQTTConnection: Sendable {
    struct Will: Sendable {
        var topic: String
        var payload: String
    }

    private struct State {
        var isConnected = false
        var isStopped = false
        var refusal: String?
        /// Who waits for the acknowledgement of a message, by the message's id.
        var waiters: [Int32: CheckedContinuation<Bool, Never>] = [:]
    }

    private let broker: MQTTBroker
    private let handle: MQTTLoop.Handle
    private let loop: MQTTLoop
    private let state = Mutex(State())
    private let onConnect: @Sendable (MQTTConnection) -> Void
    private let onMessage: @Sendable (_ topic: String, _ payload: String) -> Void

    private static let isReady = mosquitto_lib_init() == Int32(MOSQ_ERR_SUCCESS.rawValue)
    private static let keepAliveSeconds: Int32 = 20

    /// - Parameter will: Published by the broker when this end is gone without a word; retained.
    init(
        _ broker: MQTTBroker, will: Will, onConnect: @escaping @Sendable (MQTTConnection) -> Void,
        onMessage: @escaping @Sendable (_ topic: String, _ payload: String) -> Void
    ) throws(AlertError) {
        guard Self.isReady, let pointer = mosquitto_new(broker.clientID, true, nil) else {
            throw .permanent(reason: "MQTT: libmosquitto could not be set up")
        }
        self.broker = broker
        handle = MQTTLoop.Handle(pointer: pointer)
        loop = MQTTLoop(handle)
        self.onConnect = onConnect
        self.onMessage = onMessage
        var code = mosquitto_will_set(
            pointer, will.topic, Int32(will.payload.utf8.count), will.payload, 1, true)
        if code == 0, let user = broker.user { code = mosquitto_username_pw_set(pointer, user, broker.password) }
        if code == 0, broker.isEncrypted {
            code = mosquitto_tls_set(
                pointer, broker.caFile, broker.caFile == nil ? "/etc/ssl/certs" : nil, nil, nil, nil)
        }
        guard code == 0 else { throw .permanent(reason: "MQTT: \(Self.words(code))") }
    }

    deinit { mosquitto_destroy(handle.pointer) }

    /// Begins to connect, and goes on trying until ``stop(farewell:)``. Call it once.
    func start() {
        let pointer = handle.pointer
        // Not retained: the loop's thread keeps this object until it ends.
        mosquitto_user_data_set(pointer, Unmanaged.passUnretained(self).toOpaque())
        mosquitto_connect_callback_set(pointer) { @Sendable _, context, code in
            MQTTConnection.of(context)?.connected(code)
        }
        mosquitto_disconnect_callback_set(pointer) { @Sendable _, context, _ in
            MQTTConnection.of(context)?.disconnected()
        }
        mosquitto_publish_callback_set(pointer) { @Sendable _, context, message in
            MQTTConnection.of(context)?.acknowledged(message)
        }
        mosquitto_message_callback_set(pointer) { @Sendable _, context, message in
            guard let message, let topic = message.pointee.topic else { return }
            let bytes = UnsafeRawBufferPointer(
                start: message.pointee.payload, count: Int(max(0, message.pointee.payloadlen)))
            let payload = String(decoding: bytes.prefix(4096), as: UTF8.self)
            MQTTConnection.of(context)?.onMessage(String(cString: topic), payload)
        }
        // A broker that is away is tried again by the loop.
        loop.start(owner: self, host: broker.host, port: Int32(clamping: broker.port), keepAlive: Self.keepAliveSeconds)
    }

    var isConnected: Bool { state.withLock { $0.isConnected } }

    /// How many messages wait for their acknowledgement.
    var waiting: Int { state.withLock { $0.waiters.count } }

    func subscribe(_ topic: String) {
        mosquitto_subscribe(handle.pointer, nil, topic, 1)
        loop.wake()
    }

    /// Returns when the broker has acknowledged the message (QoS 1).
    func publish(_ topic: String, _ payload: String, retain: Bool = false, timeoutSeconds: Double)
        async throws(AlertError)
    {
        let refusal = state.withLock { $0.isConnected ? nil : $0.refusal ?? whyNot }
        if let refusal { throw .temporary(reason: "MQTT: \(refusal)") }
        let sending = await send(topic, payload, retain: retain, timeoutSeconds: timeoutSeconds)
        guard sending.code == 0 else {
            let isPermanent = [MOSQ_ERR_INVAL, MOSQ_ERR_PAYLOAD_SIZE, MOSQ_ERR_MALFORMED_UTF8].contains {
                Int32($0.rawValue) == sending.code
            }
            let reason = "MQTT: \(Self.words(sending.code))"
            throw isPermanent ? .permanent(reason: reason) : .temporary(reason: reason)
        }
        guard sending.isAcknowledged else {
            throw .outcomeUnknown(reason: "MQTT: the broker has not acknowledged in time")
        }
    }

    /// Queues a message and waits for its acknowledgement.
    ///
    /// The state stays locked while the message is queued, so that its acknowledgement, which arrives on libmosquitto's
    /// thread, finds the waiter. libmosquitto calls nobody back while it only queues.
    private func send(
        _ topic: String, _ payload: String, retain: Bool, timeoutSeconds: Double
    ) async -> (code: Int32, isAcknowledged: Bool) {
        var code: Int32 = 0
        let isAcknowledged = await withCheckedContinuation { continuation in
            var id: Int32 = 0
            state.withLock { state in
                code = mosquitto_publish(
                    handle.pointer, &id, topic, Int32(clamping: payload.utf8.count), payload, 1, retain)
                if code == 0 { state.waiters[id] = continuation }
            }
            guard code == 0 else {
                continuation.resume(returning: false)
                return
            }
            loop.wake()
            DispatchQueue.global().asyncAfter(deadline: .now() + timeoutSeconds) { [weak self, id] in
                self?.state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: false)
            }
        }
        return (code, isAcknowledged)
    }

    private var whyNot: String {
        loop.hasFailedTLS
            ? "the broker's certificate is not trusted, or it offers no TLS" : "no connection to the broker"
    }

    /// Published without waiting, and only while there is a connection: for states that are said again at the next one.
    /// At QoS 0, because libmosquitto keeps what is to be acknowledged until it is, without a limit.
    func announce(_ topic: String, _ payload: String, retain: Bool = true) {
        guard isConnected else { return }
        mosquitto_publish(handle.pointer, nil, topic, Int32(clamping: payload.utf8.count), payload, 0, retain)
        loop.wake()
    }

    /// Says farewell, leaves the broker properly and has the loop's thread end. Takes a second at most.
    func stop(farewell: Will) async {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        guard isFirst else { return }
        try? await publish(farewell.topic, farewell.payload, retain: true, timeoutSeconds: 1)
        loop.stop()
        disconnected()
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: false) }
    }

    // MARK: - What libmosquitto's thread tells

    private static func of(_ context: UnsafeMutableRawPointer?) -> MQTTConnection? {
        context.map { Unmanaged<MQTTConnection>.fromOpaque($0).takeUnretainedValue() }
    }

    private func connected(_ code: Int32) {
        state.withLock { state in
            state.isConnected = code == 0
            state.refusal =
                code == 0 ? nil : "the broker refuses the connection (code \(code): user, password or rights)"
        }
        if code == 0 { onConnect(self) }
    }

    private func disconnected() { state.withLock { $0.isConnected = false } }

    /// Of messages for which nobody waits, it is not remembered.
    private func acknowledged(_ id: Int32) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: true)
    }

    private static func words(_ code: Int32) -> String { String(cString: mosquitto_strerror(code)) }
}
