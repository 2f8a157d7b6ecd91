import Foundation
import Glibc
import HTTPTypes
import HummingbirdTesting
import Logging
import ServiceLifecycle
import Testing

@testable import Web

@Suite("The server on loopback", .timeLimit(.minutes(5)))
struct LiveTests {
    @Test("serves ranges of a file that grows, over one connection")
    func growing() async throws {
        let site = try Site()
        let video = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 2) })
        let clip = try site.addClip("01clip", video: video.prefix(1_000_000), isFinished: false)
        try await site.server().application.test(.live) { client in
            let path = "/i/\(site.token)/clip.mp4"
            var received = Data()
            let handle = try FileHandle(forWritingTo: site.directory.file(clip.temporaryPath))
            try handle.seekToEnd()
            for step in 1...3 {
                let answer = try await client.execute(
                    uri: path, method: .get, headers: [.range: "bytes=\(received.count)-"])
                #expect(answer.status == .partialContent)
                received += answer.data
                #expect(received == video.prefix(step * 1_000_000))
                if step < 3 { try handle.write(contentsOf: video[(step * 1_000_000)..<((step + 1) * 1_000_000)]) }
            }
            let beyond = try await client.execute(uri: path, method: .get, headers: [.range: "bytes=3000000-"])
            #expect(beyond.status == .rangeNotSatisfiable)
            #expect(try await client.execute(uri: "/i/\(site.token)", method: .get).status == .ok)
        }
    }

    /// Runs a server in a service group on a free port until `body` returns.
    private func run(
        _ site: Site, deadlines: RequestDeadlines.Limits = RequestDeadlines.Limits(),
        _ body: (Int) async throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        var server = try site.server(onListening: { continuation.yield($0) })
        server.deadlines = deadlines
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

    @Test("ends at once although a client does not take its download, and leaves an idle connection behind")
    func shutdown() async throws {
        let site = try Site()
        let clip = try site.addClip("01clip", video: Data([0]))
        // A sparse file far larger than all socket buffers together.
        let handle = try FileHandle(forWritingTo: site.directory.file(clip.path))
        try handle.truncate(atOffset: 1 << 30)
        // Kept open until the server has ended.
        var connections: [Connection] = []
        try await run(site) { port in
            let slow = try Connection(port: port), idle = try Connection(port: port)
            connections = [slow, idle]
            try slow.send("GET /i/\(site.token)/clip.mp4 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try slow.receive(atLeast: 15).hasPrefix("HTTP/1.1 200 OK"))
            try idle.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try idle.receive(atLeast: 15).hasPrefix("HTTP/1.1 200 OK"))
        }
        #expect(connections.count == 2)
    }

    @Test("refuses header lines without end and requests that are no HTTP")
    func badRequests() async throws {
        let site = try Site()
        try await run(site) { port in
            for request in [
                "GET /health HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n",
                "GET /\(String(repeating: "x", count: 200_000)) HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /health HTTP/1.1\r\n" + (0..<200).map { "X\($0): 1\r\n" }.joined() + "\r\n",
                "\u{1}\u{2}\u{3} not http\r\n\r\n",
            ] {
                let connection = try Connection(port: port)
                try? connection.send(request)
                let answer = (try? connection.receive(atLeast: 12)) ?? ""
                #expect(
                    answer.isEmpty || answer.hasPrefix("HTTP/1.1 400") || answer.hasPrefix("HTTP/1.1 4"), "\(answer)")
            }
            let connection = try Connection(port: port)
            try connection.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try connection.receive(atLeast: 15).hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    @Test(
        "drops who drips a request byte by byte and never gets to its end",
        arguments: [
            ("GET /health HTTP/1.1\r\n", "X: 1\r\n"),
            ("POST /i/none/acknowledge HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", "x"),
        ])
    func drip(_ begin: String, _ drop: String) async throws {
        let site = try Site()
        try await run(site, deadlines: RequestDeadlines.Limits(head: 1, body: 1)) { port in
            let connection = try Connection(port: port)
            try connection.send(begin)
            // Something comes all the time: no limit on silence would end it.
            var isDropped = false
            for _ in 0..<3000 where !isDropped {
                do {
                    try connection.send(drop)
                    try await Task.sleep(for: .milliseconds(20))
                    isDropped = connection.isClosed
                } catch {
                    isDropped = true
                }
            }
            #expect(isDropped)
        }
    }

    @Test("a stream goes on for longer than a request may take")
    func longAnswer() async throws {
        let site = try Site()
        let clip = try site.addClip("01clip", video: Data([0]))
        try FileHandle(forWritingTo: site.directory.file(clip.path)).truncate(atOffset: 64 << 20)
        try await run(site, deadlines: RequestDeadlines.Limits(head: 1, body: 1)) { port in
            let connection = try Connection(port: port)
            try connection.send("GET /i/\(site.token)/clip.mp4 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try connection.receive(atLeast: 1000).hasPrefix("HTTP/1.1 200 OK"))
            // Longer than the limits: an answer that is cut off would end here.
            try await Task.sleep(for: .seconds(2))
            #expect(try connection.receive(atLeast: 32 << 20).utf8.count >= 32 << 20)
        }
    }

    @Test("a name in a path can't put a line into the answer's header")
    func headerInjection() async throws {
        let site = try Site()
        try await run(site) { port in
            for path in ["/i/a%0d%0aSet-Cookie:%20x=y", "/%0d%0aSet-Cookie:%20x=y", "/i/a%0aX-Own:1/clip.mp4"] {
                let connection = try Connection(port: port)
                try connection.send("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                let head = try connection.receiveAll().components(separatedBy: "\r\n\r\n").first ?? ""
                #expect(head.hasPrefix("HTTP/1.1 4"))
                #expect(!head.lowercased().contains("set-cookie") && !head.lowercased().contains("x-own"))
            }
        }
    }

    @Test("says which address it can't have")
    func addressTaken() async throws {
        let site = try Site()
        try await run(site) { port in
            do {
                try await site.server(port: port).run()
                Issue.record("two servers on one port")
            } catch let error as WebError {
                #expect("\(error)".hasPrefix("can't serve pages on 127.0.0.1, port \(port): "))
                #expect("\(error)".contains("choose another host or port"))
            }
        }
        await #expect(throws: WebError.self) { try await site.server(host: "192.0.2.77").run() }
    }
}

/// A plain TCP connection that reads only when told to.
final class Connection {
    struct Failure: Error {}

    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure() }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw Failure() }
            bytes = bytes.dropFirst(sent)
        }
    }

    /// Whether the other side has closed it; reads nothing.
    var isClosed: Bool {
        var byte: UInt8 = 0
        let read = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return read == 0 || (read < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
    }

    /// All until the other side closes.
    func receiveAll() throws -> String {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let read = recv(descriptor, &buffer, buffer.count, 0)
            guard read >= 0 else { throw Failure() }
            guard read > 0 else { return String(decoding: received, as: UTF8.self) }
            received += buffer.prefix(read)
        }
    }

    func receive(atLeast count: Int) throws -> String {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while received.count < count {
            let read = recv(descriptor, &buffer, buffer.count, 0)
            guard read > 0 else { throw Failure() }
            received += buffer.prefix(read)
        }
        return String(decoding: received, as: UTF8.self)
    }
}
