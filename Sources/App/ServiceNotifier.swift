import Foundation
import Glibc

/// Reports to systemd how the service is doing: the sd_notify protocol, datagrams of `NAME=value` lines to the socket that
/// `NOTIFY_SOCKET` names (sd_notify(3)).
///
/// Outside systemd there is no socket, and every message goes nowhere. Sending never blocks and never fails loudly: a
/// service must not stop because nobody listens.
public final class ServiceNotifier: Sendable {
    private let address: Address?
    /// How often systemd wants a ``ping()`` at least, in seconds; nil when it doesn't watch this process. Ping at half of
    /// it (sd_watchdog_enabled(3)).
    public let watchdogSeconds: Double?

    /// - Parameters:
    ///   - environment: of the process: `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    ///   - processID: of this process; systemd may name another one in `WATCHDOG_PID`.
    public init(environment: [String: String], processID: Int32 = getpid()) {
        address = environment["NOTIFY_SOCKET"].flatMap(Address.init)
        let isMine = environment["WATCHDOG_PID"].map { Int32($0) == processID } ?? true
        watchdogSeconds = environment["WATCHDOG_USEC"].flatMap(UInt64.init).flatMap { microseconds in
            isMine && microseconds > 0 ? Double(microseconds) / 1_000_000 : nil
        }
    }

    /// Whether anybody listens.
    public var isEnabled: Bool { address != nil }

    /// The service is up: systemd may start what waits for it.
    public func ready(status: String? = nil) { send(["READY=1"] + Self.statusLine(status)) }

    /// One line for `systemctl status`.
    public func status(_ text: String) { send(Self.statusLine(text)) }

    /// The service made progress. Without this for ``watchdogSeconds`` systemd restarts it.
    public func ping() { send(["WATCHDOG=1"]) }

    /// The service is closing what it has open.
    public func stopping(status: String? = nil) { send(["STOPPING=1"] + Self.statusLine(status)) }

    /// A status is one line: a line break would begin another assignment.
    private static func statusLine(_ text: String?) -> [String] {
        text.map { ["STATUS=" + $0.split(whereSeparator: \.isNewline).joined(separator: " ")] } ?? []
    }

    @discardableResult
    private func send(_ lines: [String]) -> Bool {
        guard let address else { return false }
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let message = Array((lines.joined(separator: "\n") + "\n").utf8)
        return address.withSocketAddress { pointer, length in
            sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), pointer, length) == message.count
        }
    }
}

extension ServiceNotifier {
    /// A socket's address: a path, or a name that begins with `@` in Linux's abstract name space.
    private struct Address: Sendable {
        private let bytes: [UInt8]
        private let isAbstract: Bool

        /// - Returns: nil when it is neither, or longer than the system allows.
        init?(_ text: String) {
            var bytes = Array(text.utf8)
            guard let first = bytes.first, bytes.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path),
                !bytes.contains(0)
            else { return nil }
            switch first {
            case UInt8(ascii: "/"): isAbstract = false
            case UInt8(ascii: "@"):
                isAbstract = true
                bytes[0] = 0
            default: return nil
            }
            self.bytes = bytes
        }

        func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            // An abstract name ends where the length says; a path ends with its NUL, which is there already.
            let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? MemoryLayout<sa_family_t>.size
            let length = socklen_t(offset + bytes.count + (isAbstract ? 0 : 1))
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
            }
        }
    }
}
