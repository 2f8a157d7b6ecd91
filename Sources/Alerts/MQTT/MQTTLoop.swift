internal import CMosquitto
import Foundation
import Glibc
import Synchronization

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
    func start(owner: AnyObject & Sendable, host: String, port: Int32, keepAlive: Int32) {
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
        if code != 0 { failure.withLock { $0 = code } }
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
