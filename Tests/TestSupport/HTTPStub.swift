import Foundation
import Glibc
import Synchronization

/// A real HTTP server on the loopback interface that answers as a test tells it to and remembers what it was asked.
///
/// Plain sockets and a thread for each connection, one request a connection: nothing here shares code with what is
/// tested.
public final class HTTPStub: Sendable {
    public struct Request: Hashable, Sendable {
        public var method: String
        /// Path and query, as they came.
        public var target: String
        /// Names in lower case.
        public var headers: [String: String]
        public var body: String
        /// The body as it came.
        public var data: Data

        /// Fields of an `application/x-www-form-urlencoded` body, decoded.
        public var form: [String: String] { HTTPStub.fields(body) }
        /// Fields of the query, decoded.
        public var query: [String: String] {
            HTTPStub.fields(target.split(separator: "?", maxSplits: 1).dropFirst().first.map { String($0) } ?? "")
        }
    }

    public enum Answer: Hashable, Sendable {
        case respond(_ status: Int, headers: [String: String] = [:], body: String = "")
        /// These bytes as they are, head and all, then closes.
        case raw(Data)
        /// Reads the request, then closes without a word.
        case close
        /// Sends the status line and half a header, then closes.
        case breakOff
        /// Reads the request and says nothing until the client leaves.
        case silence
    }

    private struct State {
        var requests: [Request] = []
        var connections: Set<Int32> = []
        var isStopped = false
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    public let port: UInt16
    private let listener: Int32
    private let answer: @Sendable (Request, _ number: Int) -> Answer
    private let state = Mutex(State())

    /// - Parameters:
    ///   - port: 0 for a free one; another to come back where an earlier server was.
    ///   - answer: Called on the connection's thread with the request and its number, from 0.
    public init(port: UInt16 = 0, answer: @escaping @Sendable (Request, _ number: Int) -> Answer) throws {
        self.answer = answer
        (listener, self.port) = try Self.listen(port)
        Thread { [self] in accept() }.start()
    }

    /// Gives the answers in order, then `last` for ever.
    public convenience init(port: UInt16 = 0, _ answers: [Answer] = [], then last: Answer = .respond(200)) throws {
        try self.init(port: port) { _, number in number < answers.count ? answers[number] : last }
    }

    public var baseURL: String { "http://127.0.0.1:\(port)" }

    /// All requests so far, in the order in which they were complete.
    public var requests: [Request] { state.withLock { $0.requests } }

    /// Returns once at least `count` requests have come in, or when the task is cancelled.
    public func waitForRequests(_ count: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state -> Bool in
                    if state.requests.count >= count || Task.isCancelled { return true }
                    state.watchers.append((count, continuation))
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                defer { state.watchers = [] }
                return state.watchers
            }
            for watcher in waiting { watcher.continuation.resume() }
        }
    }

    /// Closes the port and all connections. Must be called, or the accepting thread stays.
    public func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    // MARK: - Sockets

    public struct SocketError: Error { public var number: Int32 }

    private static func listen(_ port: UInt16) throws -> (Int32, UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(number: errno) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && Glibc.listen(descriptor, 64) == 0
                    && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard result else {
            let error = SocketError(number: errno)
            Glibc.close(descriptor)
            throw error
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private func accept() {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else {
                if errno == EINTR { continue }
                break
            }
            let isStopped = state.withLock { state in
                if !state.isStopped { state.connections.insert(connection) }
                return state.isStopped
            }
            if isStopped {
                Glibc.close(connection)
                break
            }
            Thread { [self] in
                serve(connection)
                state.withLock { state in
                    state.connections.remove(connection)
                    Glibc.close(connection)
                }
            }.start()
        }
        Glibc.close(listener)
    }

    private func serve(_ connection: Int32) {
        guard let request = Self.readRequest(connection) else { return }
        let (number, woken) = state.withLock { state -> (Int, [CheckedContinuation<Void, Never>]) in
            state.requests.append(request)
            let count = state.requests.count
            let woken = state.watchers.filter { $0.count <= count }.map(\.continuation)
            state.watchers.removeAll { $0.count <= count }
            return (count - 1, woken)
        }
        for watcher in woken { watcher.resume() }
        switch answer(request, number) {
        case .respond(let status, let headers, let body):
            var head = "HTTP/1.1 \(status) Stub\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n"
            for (name, value) in headers { head += "\(name): \(value)\r\n" }
            Self.write(connection, head + "\r\n" + body)
        case .raw(let data):
            Self.write(connection, data)
        case .close:
            break
        case .breakOff:
            Self.write(connection, "HTTP/1.1 200 Stub\r\nContent-Len")
        case .silence:
            var byte: UInt8 = 0
            while recv(connection, &byte, 1, 0) > 0 {}
        }
    }

    private static func readRequest(_ connection: Int32) -> Request? {
        var data = Data()
        let separator = Data("\r\n\r\n".utf8)
        while true {
            if let end = data.range(of: separator), let request = parse(data, end) { return request }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            data.append(contentsOf: chunk[0..<count])
        }
    }

    /// - Returns: nil while the body is not whole.
    private static func parse(_ data: Data, _ end: Range<Data.Index>) -> Request? {
        let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map { String($0) }
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let wanted = Int(headers["content-length"] ?? "0") ?? 0
        guard data.count - end.upperBound >= wanted else { return nil }
        let body = Data(data[end.upperBound...].prefix(wanted))
        return Request(
            method: words[0], target: words[1], headers: headers, body: String(decoding: body, as: UTF8.self),
            data: body)
    }

    private static func write(_ connection: Int32, _ text: String) { write(connection, Data(text.utf8)) }

    private static func write(_ connection: Int32, _ data: Data) {
        var rest = Array(data)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func fields(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { part in
                part.replacingOccurrences(of: "+", with: " ").removingPercentEncoding ?? ""
            }
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        return fields
    }
}
