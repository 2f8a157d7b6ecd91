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

    private func run(
        _ site: Site, connections change: (inout ConnectionLimits) -> Void = { _ in },
        _ body: (Int) async throws -> Void
    ) async throws {
        try await site.server(connections: change).serving(body)
    }

    private func shorten(_ limits: inout ConnectionLimits) {
        limits.headSeconds = 1
        limits.bodySeconds = 1
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
            try await slow.send("GET /i/\(site.token)/clip.mp4 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await slow.receive(atLeast: 15).hasPrefix("HTTP/1.1 200 OK"))
            try await idle.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await idle.receive(atLeast: 15).hasPrefix("HTTP/1.1 200 OK"))
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
                try? await connection.send(request)
                let answer = (try? await connection.receive(atLeast: 12)) ?? ""
                #expect(
                    answer.isEmpty || answer.hasPrefix("HTTP/1.1 400") || answer.hasPrefix("HTTP/1.1 4"), "\(answer)")
            }
            let connection = try Connection(port: port)
            try await connection.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try await connection.receive(atLeast: 15).hasPrefix("HTTP/1.1 200 OK"))
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
        try await run(site, connections: shorten) { port in
            let connection = try Connection(port: port)
            try await connection.send(begin)
            // Something comes all the time: no limit on silence would end it.
            var isDropped = false
            for _ in 0..<3000 where !isDropped {
                do {
                    try await connection.send(drop)
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
        try await run(site, connections: shorten) { port in
            let connection = try Connection(port: port)
            try await connection.send("GET /i/\(site.token)/clip.mp4 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await connection.receive(atLeast: 1000).hasPrefix("HTTP/1.1 200 OK"))
            // Longer than the limits: an answer that is cut off would end here.
            try await Task.sleep(for: .seconds(2))
            #expect(try await connection.receive(atLeast: 32 << 20).utf8.count >= 32 << 20)
        }
    }

    @Test("a name in a path can't put a line into the answer's header")
    func headerInjection() async throws {
        let site = try Site()
        try await run(site) { port in
            for path in ["/i/a%0d%0aSet-Cookie:%20x=y", "/%0d%0aSet-Cookie:%20x=y", "/i/a%0aX-Own:1/clip.mp4"] {
                let connection = try Connection(port: port)
                try await connection.send("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                let head = try await connection.receiveAll().components(separatedBy: "\r\n\r\n").first ?? ""
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
