import Dispatch
import Glibc
import Logging
import ServiceLifecycle

@testable import Web

extension WebServer {
    /// Runs the server in a service group on a free port until `body` returns.
    func serving(_ body: (_ port: Int) async throws -> Void) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        var server = self
        server.onListening = { continuation.yield($0) }
        let group = ServiceGroup(services: [server], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            guard let port = await ports.first(where: { _ in true }) else { return }
            // A body that throws must not cancel the server: SwiftNIO traps when a connection is dropped unserved.
            let failure: (any Error)?
            do {
                try await body(port)
                failure = nil
            } catch {
                failure = error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            if let failure { throw failure }
        }
    }
}

/// A plain TCP connection that reads only when told to. Its calls wait on a thread of their own: the server that they wait for
/// needs those of the concurrency pool.
final class Connection: Sendable {
    struct Failure: Error {}

    private static let queue = DispatchQueue(label: "test.connections", attributes: .concurrent)
    private let descriptor: Int32

    /// - Parameter source: The address of this end: any of 127.0.0.0/8.
    init(port: Int, from source: String = "127.0.0.1") throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        guard Self.with(source, port: 0, { bind(descriptor, $0, $1) }) == 0,
            Self.with("127.0.0.1", port: port, { connect(descriptor, $0, $1) }) == 0
        else { throw Failure() }
    }

    private static func with(
        _ address: String, port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        own.sin_port = in_port_t(UInt16(port).bigEndian)
        inet_pton(AF_INET, address, &own.sin_addr)
        return withUnsafePointer(to: &own) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    deinit { close(descriptor) }

    /// When it is let go the other side gets a reset: what waits to be sent or read is thrown away.
    func resetAtEnd() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }

    func send(_ text: String) async throws {
        try await waiting { descriptor in
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let sent = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { throw Failure() }
                bytes = bytes.dropFirst(sent)
            }
        }
    }

    /// Whether the other side has closed it; reads nothing.
    var isClosed: Bool {
        var byte: UInt8 = 0
        let read = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return read == 0 || (read < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
    }

    /// All until the other side closes.
    func receiveAll() async throws -> String {
        try await receive { _ in false }
    }

    /// An answer's head; for answers without a body.
    func receiveHead() async throws -> String {
        try await receive(stepBytes: 1) { $0.suffix(4).elementsEqual("\r\n\r\n".utf8) }
    }

    func receive(atLeast count: Int) async throws -> String {
        try await receive { $0.count >= count }
    }

    func receive(until word: String) async throws -> String {
        try await receive { String(decoding: $0, as: UTF8.self).contains(word) }
    }

    private func receive(
        stepBytes: Int = 65_536, until isEnough: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws -> String {
        try await waiting { descriptor in
            var received: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: stepBytes)
            while !isEnough(received) {
                let read = recv(descriptor, &buffer, buffer.count, 0)
                guard read >= 0 else { throw Failure() }
                guard read > 0 else { break }
                received += buffer.prefix(read)
            }
            return String(decoding: received, as: UTF8.self)
        }
    }

    private func waiting<Value: Sendable>(_ body: @escaping @Sendable (Int32) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            // Keeps the descriptor open meanwhile.
            Self.queue.async { [self] in continuation.resume(with: Result { try body(descriptor) }) }
        }
    }
}
