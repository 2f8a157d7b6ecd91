import Domain
import Foundation
import Synchronization
import Testing

@testable import Web

/// Real sockets: clients that take connections and say nothing, or take nothing.
@Suite("Clients that hold connections", .serialized, .timeLimit(.minutes(10)))
struct ConnectionLimitTests {
    private static let get = "GET /health HTTP/1.1\r\nHost: a\r\n"

    @Test("2,000 idle and 200 slow ones of one address leave the pages and links to everybody else")
    func crowd() async throws {
        let api = try APISite()
        let secret = try #require(api.secrets[.viewer])
        try await api.server.serving { port in
            // A page that is open at the same address, with somebody signed in.
            let page = try Connection(port: port, from: "127.0.0.2")
            let cookie = "Cookie: \(APIRouter.cookie)=\(secret)\r\n"
            try await page.send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\(cookie)\r\n")
            #expect(try await page.receive(atLeast: 200).hasPrefix("HTTP/1.1 200 OK"))

            let began = ContinuousClock.now
            var crowd: [Connection] = []
            for _ in 0..<2000 { crowd.append(try Connection(port: port, from: "127.0.0.2")) }
            let slow = try (0..<200).map { _ in try Connection(port: port, from: "127.0.0.2") }
            for connection in slow { try? await connection.send("GET /health HTTP/1.1\r\nX: ") }
            for _ in 0..<20 {
                for connection in slow { try? await connection.send("x") }
                for path in ["/i/\(api.site.token)", "/"] {
                    let other = try Connection(port: port, from: "127.0.0.3")
                    try await other.send("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    #expect(try await other.receiveAll().hasPrefix("HTTP/1.1 200 OK"))
                }
            }
            // Not only after the server has lost its patience with the crowd.
            #expect(ContinuousClock.now - began < .seconds(Double(2 * ConnectionLimits().headSeconds)))
            // Another tab of the one who is signed in, at the address of the crowd.
            let tab = try Connection(port: port, from: "127.0.0.2")
            try await tab.send("GET /api/v1/cameras HTTP/1.1\r\nHost: a\r\n\(cookie)Connection: close\r\n\r\n")
            #expect(try await tab.receiveAll().hasPrefix("HTTP/1.1 200 OK"))
            api.services.hub.publish(.configuration(revision: "still here"))
            #expect(try await page.receive(until: "still here").contains("still here"))
            #expect(crowd.count { !$0.isClosed } <= ConnectionLimits().perLocalAddress)
            #expect(api.server.connections.count <= ConnectionLimits().all)
        }
        #expect(api.server.connections.count == 0)
    }

    @Test("what one who is signed in holds is taken by nobody, and a stranger's last word is waited for")
    func strangers() async throws {
        let api = try APISite(settings: { settings in
            settings.connections.local = []
            settings.connections.perAddress = 4
            settings.connections.strangers = 8
        })
        let secret = try #require(api.secrets[.viewer])
        let cookie = "Cookie: \(APIRouter.cookie)=\(secret)\r\n"
        try await api.server.serving { port in
            var tabs: [Connection] = []
            for _ in 0..<6 {
                let tab = try Connection(port: port, from: "127.0.0.2")
                try await tab.send("GET /api/v1/cameras HTTP/1.1\r\nHost: a\r\n\(cookie)\r\n")
                #expect(try await tab.receive(atLeast: 15).hasPrefix("HTTP/1.1 200 OK"))
                tabs.append(tab)
            }
            // A fifth connection of a stranger costs him his first.
            var own: [Connection] = []
            for _ in 0..<5 {
                let connection = try Connection(port: port, from: "127.0.0.2")
                try await connection.send(Self.get + "\r\n")
                #expect(try await connection.receive(atLeast: 15).hasPrefix("HTTP/1.1 200 OK"))
                own.append(connection)
            }
            #expect(try await eventually { own[0].isClosed })
            #expect(own.dropFirst().allSatisfy { !$0.isClosed } && tabs.allSatisfy { !$0.isClosed })
        }
    }

    @Test("a reader that takes nothing is cut off; one that is only slow is not")
    func readers() async throws {
        let site = try Site()
        let clip = try site.addClip("01clip", video: Data([0]))
        try FileHandle(forWritingTo: site.directory.file(clip.path)).truncate(atOffset: 256 << 20)
        let server = site.server(connections: { $0.stalledSeconds = 5 })
        try await server.serving { port in
            let request = "GET /i/\(site.token)/clip.mp4 HTTP/1.1\r\nHost: a\r\n\r\n"
            let slow = try Connection(port: port), dead = try Connection(port: port)
            try await slow.send(request)
            try await dead.send(request)
            // A little at a time, for longer than a dead one is waited for.
            for _ in 0..<40 {
                #expect(try await slow.receive(atLeast: 1 << 20).utf8.count >= 1 << 20)
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(try await eventually { server.connections.count == 1 })
            #expect(try await slow.receive(atLeast: 1 << 20).utf8.count >= 1 << 20)
        }
    }

    @Test("an answer that is slow is not the client's fault, and ends no request that came behind it")
    func pipelined() async throws {
        let site = try Site()
        let clip = try site.addClip("01clip", video: Data([0]))
        try FileHandle(forWritingTo: site.directory.file(clip.path)).truncate(atOffset: 64 << 20)
        let server = site.server(connections: { $0.headSeconds = 1 })
        try await server.serving { port in
            let connection = try Connection(port: port)
            // The end of the first answer begins no waiting for a request that is there already.
            try await connection.send(
                Self.get + "\r\nGET /i/\(site.token)/clip.mp4 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await connection.receive(atLeast: 1000).hasPrefix("HTTP/1.1 200 OK"))
            try await Task.sleep(for: .seconds(4))
            #expect(try await connection.receive(atLeast: 32 << 20).utf8.count >= 32 << 20)
        }
    }

    /// Waits until a real server has noticed what its clients did.
    private func eventually(_ condition: () -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return condition()
    }

    // MARK: The count

    private final class Closed: Sendable {
        let numbers = Mutex<[Int]>([])
    }

    /// Connections that exist only as numbers.
    private final class Crowd {
        let table: ClientConnections
        private let closed = Closed()
        private var channels: [NSObject] = []

        init(_ change: (inout ConnectionLimits) -> Void) {
            var limits = ConnectionLimits()
            change(&limits)
            table = ClientConnections(limits)
        }

        var closedOnes: [Int] { closed.numbers.withLock { $0 } }

        subscript(number: Int) -> ObjectIdentifier { ObjectIdentifier(channels[number]) }

        func open(_ address: String) -> Bool {
            channels.append(NSObject())
            let number = channels.count - 1
            return table.open(self[number], address: address) { [closed] in
                closed.numbers.withLock { $0.append(number) }
            }
        }
    }

    @Test("of many addresses the one that has most gives the one that has waited longest")
    func greediest() {
        let crowd = Crowd {
            $0.perAddress = 4
            $0.strangers = 6
        }
        for address in ["192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.2", "192.0.2.3", "192.0.2.4"] {
            #expect(crowd.open(address))
        }
        crowd.table.set(crowd[1], isWaiting: false)
        #expect(crowd.open("192.0.2.5") && crowd.closedOnes == [2])
        // What was being answered waits anew from then on.
        crowd.table.set(crowd[1], isWaiting: true)
        #expect(crowd.open("192.0.2.2") && crowd.closedOnes == [2, 3])
    }

    @Test("what is being answered is closed for nobody")
    func answered() {
        let crowd = Crowd {
            $0.perAddress = 2
            $0.strangers = 3
        }
        for address in ["192.0.2.1", "192.0.2.1", "192.0.2.2"] { #expect(crowd.open(address)) }
        for number in 0..<3 { crowd.table.set(crowd[number], isWaiting: false) }
        #expect(!crowd.open("192.0.2.1") && !crowd.open("192.0.2.9") && crowd.closedOnes.isEmpty)
        // This machine and the signed-in have their own.
        #expect(crowd.open("127.0.0.1"))
        crowd.table.signIn(crowd[0], as: "anna")
        #expect(crowd.open("192.0.2.9"))
        crowd.table.close(crowd[2])
        #expect(crowd.open("192.0.2.9") && crowd.closedOnes.isEmpty)
    }

    @Test("an account has a limit too: what is beyond counts for the address")
    func accounts() {
        let crowd = Crowd {
            $0.perAddress = 2
            $0.perAccount = 2
        }
        for number in 0..<3 {
            #expect(crowd.open("192.0.2.1"))
            crowd.table.signIn(crowd[number], as: "anna")
        }
        #expect(crowd.open("192.0.2.1") && crowd.closedOnes.isEmpty)
        #expect(crowd.open("192.0.2.1") && crowd.closedOnes == [2])
    }
}
