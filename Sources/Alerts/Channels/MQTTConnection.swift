internal import CMosquitto
import Dispatch
import Foundation
import Glibc
import Synchronization

/// One connection to a broker that comes back by itself. The only place that touches libmosquitto.
///
/// libmosquitto calls back on its own thread; what it tells goes on as calls of `onConnect` and `onMessage`, which must
/// not block.
final class MQTTConnection: Sendable {
    /// Retained; published by the broker when this end is gone without a word, and by this end when it leaves.
    struct Will: Sendable {
        var topic: String
        var payload: String
    }

    struct Message: Sendable {
        var topic: String
        /// Its first 4096 bytes.
        var payload: String
        /// The broker had kept it: it was published before this subscription.
        var isRetained: Bool
    }

    private struct State {
        var isConnected = false
        var isStopped = false
        var refusal: String?
        /// Who waits for the acknowledgement of a message, by the message's id.
        var waiters: [Int32: CheckedContinuation<Bool, Never>] = [:]
        /// Who waits for the connection to stand, or to end.
        var watchers: [Int: (wanted: Bool, continuation: CheckedContinuation<Void, Never>)] = [:]
        var nextWatcher = 0

        /// Takes out who waits for the connection to be as it is now.
        mutating func watchersNow(hasFailed: Bool = false) -> [CheckedContinuation<Void, Never>] {
            let isConnected = isConnected
            let met = watchers.filter { $0.value.wanted == isConnected || (hasFailed && $0.value.wanted) }
            for id in met.keys { watchers[id] = nil }
            return met.values.map(\.continuation)
        }
    }

    private let broker: MQTTBroker
    private let will: Will?
    private let handle: MQTTLoop.Handle
    private let loop: MQTTLoop
    private let state = Mutex(State())
    private let onConnect: @Sendable (MQTTConnection) -> Void
    private let onMessage: @Sendable (Message) -> Void

    private static let isReady = mosquitto_lib_init() == Int32(MOSQ_ERR_SUCCESS.rawValue)
    private static let keepAliveSeconds: Int32 = 20

    /// - Parameter will: Nil for who says nothing when it goes.
    init(
        _ broker: MQTTBroker, will: Will?, onConnect: @escaping @Sendable (MQTTConnection) -> Void,
        onMessage: @escaping @Sendable (Message) -> Void
    ) throws(AlertError) {
        guard Self.isReady, let pointer = mosquitto_new(broker.clientID, true, nil) else {
            throw .permanent(reason: "MQTT: libmosquitto could not be set up")
        }
        self.broker = broker
        self.will = will
        handle = MQTTLoop.Handle(pointer: pointer)
        loop = MQTTLoop(handle)
        self.onConnect = onConnect
        self.onMessage = onMessage
        var code: Int32 = 0
        if let will {
            code = mosquitto_will_set(
                pointer, will.topic, Int32(will.payload.utf8.count), will.payload, 1, true)
        }
        if code == 0, let user = broker.user { code = mosquitto_username_pw_set(pointer, user, broker.password) }
        if code == 0, broker.isEncrypted {
            code = mosquitto_tls_set(
                pointer, broker.caFile, broker.caFile == nil ? "/etc/ssl/certs" : nil, nil, nil, nil)
        }
        guard code == 0 else { throw .permanent(reason: "MQTT: \(Self.words(code))") }
    }

    deinit { mosquitto_destroy(handle.pointer) }

    /// Begins to connect, and goes on trying until ``stop()``. Call it once.
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
            MQTTConnection.of(context)?.onMessage(
                Message(topic: String(cString: topic), payload: payload, isRetained: message.pointee.retain))
        }
        // A broker that is away is tried again by the loop.
        loop.start(
            owner: self, host: broker.host, port: Int32(clamping: broker.port), keepAlive: Self.keepAliveSeconds
        ) { [weak self] in
            let watchers = self?.state.withLock { $0.watchersNow(hasFailed: true) } ?? []
            for watcher in watchers { watcher.resume() }
        }
    }

    /// Returns once the connection stands or an attempt has failed (`wanted`), or once there is none (not `wanted`); after
    /// the time-out in any case.
    func wait(untilConnected wanted: Bool, timeoutSeconds: Double) async {
        await withCheckedContinuation { continuation in
            let id = state.withLock { state -> Int? in
                guard state.isConnected != wanted else { return nil }
                defer { state.nextWatcher += 1 }
                state.watchers[state.nextWatcher] = (wanted, continuation)
                return state.nextWatcher
            }
            guard let id else {
                continuation.resume()
                return
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + timeoutSeconds) { [weak self] in
                self?.state.withLock { $0.watchers.removeValue(forKey: id) }?.continuation.resume()
            }
        }
    }

    var isConnected: Bool { state.withLock { $0.isConnected } }

    /// How many messages wait for their acknowledgement.
    var waiting: Int { state.withLock { $0.waiters.count } }

    func subscribe(_ topic: String) {
        mosquitto_subscribe(handle.pointer, nil, topic, 1)
        loop.wake()
    }

    /// Returns when the broker has acknowledged the message (QoS 1).
    func publish(_ topic: String, _ payload: Data, retain: Bool = false, timeoutSeconds: Double)
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
        _ topic: String, _ payload: Data, retain: Bool, timeoutSeconds: Double
    ) async -> (code: Int32, isAcknowledged: Bool) {
        var code: Int32 = 0
        let isAcknowledged = await withCheckedContinuation { continuation in
            var id: Int32 = 0
            state.withLock { state in
                code = payload.withUnsafeBytes {
                    mosquitto_publish(
                        handle.pointer, &id, topic, Int32(clamping: $0.count), $0.baseAddress, 1, retain)
                }
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

    /// Says farewell by the will, leaves the broker properly and has the loop's thread end. Takes a second at most.
    func stop() async {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        guard isFirst else { return }
        if let will {
            try? await publish(will.topic, Data(will.payload.utf8), retain: true, timeoutSeconds: 1)
        }
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
        let watchers = state.withLock { state in
            state.isConnected = code == 0
            state.refusal =
                code == 0 ? nil : "the broker refuses the connection (code \(code): user, password or rights)"
            return state.watchersNow(hasFailed: code != 0)
        }
        for watcher in watchers { watcher.resume() }
        if code == 0 { onConnect(self) }
    }

    private func disconnected() {
        let watchers = state.withLock { state in
            state.isConnected = false
            return state.watchersNow()
        }
        for watcher in watchers { watcher.resume() }
    }

    /// Of messages for which nobody waits, it is not remembered.
    private func acknowledged(_ id: Int32) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: true)
    }

    private static func words(_ code: Int32) -> String { String(cString: mosquitto_strerror(code)) }
}

/// libmosquitto's reading and writing, on a thread of its own that waits with poll(2).
///
/// The library's own thread waits with select(2): it ends the whole process when a descriptor is 1024 or more, and when
/// another thread closes the connection at the wrong moment. Here only this thread touches the socket.
final class MQTTLoop: Sendable {
    /// libmosquitto's handle, which is safe to use from any thread.
    struct Handle: @unchecked Sendable { let pointer: OpaquePointer }

    private enum Phase { case running, leaving, ended }

    private let handle: Handle
    private let phase = Mutex(Phase.running)
    private let failure = Mutex<Int32>(0)
    private let onFailure = Mutex<(@Sendable () -> Void)?>(nil)
    /// Readable when there is something to write or the loop shall end.
    private let wakeDescriptor: Int32

    private static let longestWaitMilliseconds: Int32 = 1000
    private static let reconnectSeconds: [Double] = [1, 2, 4, 8, 15, 30]

    init(_ handle: Handle) {
        self.handle = handle
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        mosquitto_threaded_set(handle.pointer, true)
    }

    deinit {
        if wakeDescriptor >= 0 { close(wakeDescriptor) }
    }

    /// - Parameter owner: Kept until the thread has ended, since libmosquitto calls back to it.
    /// - Parameter onFailure: Called on the thread when a try to connect or to exchange something has failed.
    func start(
        owner: AnyObject & Sendable, host: String, port: Int32, keepAlive: Int32,
        onFailure: @escaping @Sendable () -> Void
    ) {
        self.onFailure.withLock { $0 = onFailure }
        let thread = Thread { [self] in
            run { [handle] isFirst in
                isFirst
                    ? mosquitto_connect(handle.pointer, host, port, keepAlive) : mosquitto_reconnect(handle.pointer)
            }
            withExtendedLifetime(owner) {}
        }
        thread.name = "mqtt"
        thread.start()
    }

    /// Something was queued: do not wait for the next look.
    func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, 8)
    }

    /// Leaves the broker and ends the thread; returns at once.
    func stop() {
        phase.withLock { if $0 == .running { $0 = .leaving } }
        wake()
    }

    /// The last try to connect or to exchange something failed because of TLS.
    var hasFailedTLS: Bool { failure.withLock { $0 == Int32(MOSQ_ERR_TLS.rawValue) } }

    var hasEnded: Bool { phase.withLock { $0 == .ended } }

    /// - Parameter connect: Blocks until the connection stands or has failed; 0 for success.
    private func run(_ connect: (_ isFirst: Bool) -> Int32) {
        var failures = 0
        var isFirst = true
        while phase.withLock({ $0 == .running }) {
            let descriptor = mosquitto_socket(handle.pointer)
            guard descriptor >= 0 else {
                if failures > 0 {
                    pause(Self.reconnectSeconds[min(failures, Self.reconnectSeconds.count) - 1])
                    guard phase.withLock({ $0 == .running }) else { break }
                }
                failures = note(connect(isFirst)) == 0 ? 1 : failures + 1
                isFirst = false
                continue
            }
            exchange(descriptor)
        }
        mosquitto_disconnect(handle.pointer)
        mosquitto_loop_write(handle.pointer, 1)
        phase.withLock { $0 = .ended }
    }

    private func exchange(_ descriptor: Int32) {
        let wanted = Int16(POLLIN) | (mosquitto_want_write(handle.pointer) ? Int16(POLLOUT) : 0)
        var waiting = [
            pollfd(fd: descriptor, events: wanted, revents: 0),
            pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&waiting, nfds_t(waiting.count), Self.longestWaitMilliseconds)
        drain(waiting[1])
        // Errors and the other end's leaving are learned by reading.
        if waiting[0].revents & ~Int16(POLLOUT) != 0 { note(mosquitto_loop_read(handle.pointer, 1)) }
        if mosquitto_socket(handle.pointer) >= 0, mosquitto_want_write(handle.pointer) {
            note(mosquitto_loop_write(handle.pointer, 1))
        }
        mosquitto_loop_misc(handle.pointer)
    }

    /// Remembers what went wrong last; a success says nothing, since a connection that only begins is one.
    @discardableResult
    private func note(_ code: Int32) -> Int32 {
        if code != 0 {
            failure.withLock { $0 = code }
            onFailure.withLock { $0 }?()
        }
        return code
    }

    private func pause(_ seconds: Double) {
        var waiting = pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&waiting, 1, Int32(seconds * 1000))
        drain(waiting)
    }

    private func drain(_ waiting: pollfd) {
        guard waiting.revents & Int16(POLLIN) != 0 else { return }
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, 8)
    }
}
