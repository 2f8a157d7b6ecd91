import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestSupport
import Testing

@testable import Web

@Suite("Limits by client", .timeLimit(.minutes(5)))
struct LimitTests {
    private static func forwarded(_ value: String) throws -> HTTPFields {
        [try #require(HTTPField.Name("X-Forwarded-For")): value]
    }

    @Test("block a client that tries often, until time has passed, and no other")
    func bucket() {
        let clock = ManualClock()
        let limiter = AttemptLimiter(capacity: 20, refillSeconds: 15, clock: clock)
        for _ in 0..<19 { limiter.count("192.0.2.1") }
        #expect(limiter.wait("192.0.2.1") == nil)
        for _ in 0..<100 { limiter.count("192.0.2.1") }
        #expect(limiter.wait("192.0.2.1") == 15 && limiter.wait("192.0.2.2") == nil)
        clock.advance(seconds: 15.1)
        #expect(limiter.wait("192.0.2.1") == nil)
    }

    @Test("don't remember very many clients")
    func memory() {
        let clock = ManualClock()
        let limiter = AttemptLimiter(capacity: 20, refillSeconds: 15, clock: clock)
        for _ in 0..<30 { limiter.count("first") }
        #expect(limiter.wait("first") != nil)
        for number in 0..<AttemptLimiter.maxKeys {
            clock.advance(seconds: 0.000_1)
            limiter.count("a\(number)")
        }
        #expect(limiter.wait("first") == nil)
    }

    @Test(
        "take the client's address from trusted proxies alone, and from the right end",
        arguments: [
            // Nobody between.
            ("203.0.113.7", nil, "203.0.113.7", "203.0.113.7"),
            // Anybody can write the header.
            ("203.0.113.7", "198.51.100.1", "203.0.113.7", "203.0.113.7"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1", "198.51.100.1"),
            // What stands left of the first foreign address is the client's own invention.
            ("10.0.0.1", "192.0.2.99, 198.51.100.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "10.0.0.9, 198.51.100.1", "198.51.100.1", "198.51.100.1"),
            // Several hops of ours.
            ("10.0.0.1", "198.51.100.1, 10.3.2.1,10.1.1.1", "198.51.100.1", "198.51.100.1"),
            ("::1", "192.0.2.99, 198.51.100.1, 10.3.2.1", "198.51.100.1", "198.51.100.1"),
            // A client inside, behind our own proxies only.
            ("10.0.0.1", "10.0.0.5, 10.0.0.2", "10.0.0.5", "10.0.0.5"),
            // Spellings.
            ("::ffff:10.0.0.1", "198.51.100.1:4711", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::1", "2001:db8::/64"),
            ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1", "198.51.100.1"),
            // One subscriber.
            ("10.0.0.1", "2001:db8:1:2:aaaa::1", "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:bbbb::9", nil, "2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
            // What is no address ends the list: the last proxy answers for it.
            ("10.0.0.1", "198.51.100.1, nobody", "10.0.0.1", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.1, 10.0.0.0/8", "10.0.0.1", "10.0.0.1"),
            ("10.0.0.1", "", "10.0.0.1", "10.0.0.1"),
        ] as [(String, String?, String, String)])
    func origin(_ peer: String, _ header: String?, _ address: String, _ key: String) throws {
        let trusted = ["10.0.0.0/8", "::1"].compactMap(AddressRange.init)
        #expect(trusted.count == 2)
        let head = HTTPRequest(
            method: .get, scheme: "http", authority: "a", path: "/",
            headerFields: try header.map(Self.forwarded) ?? [:])
        let origin = RequestOrigin(
            Request(head: head, body: RequestBody(buffer: ByteBuffer())), peer: peer, trusted: trusted, isTLS: false)
        #expect(origin.address == address && origin.limitKey == key)
    }

    @Test("ranges of addresses hold what begins with their bits")
    func ranges() throws {
        func contains(_ range: String, _ address: String) throws -> Bool {
            try #require(AddressRange(range)).contains(try #require(NetworkAddress(address)))
        }
        for (range, inside) in [
            ("10.0.0.0/8", "10.255.0.1"), ("10.0.0.0/9", "10.127.0.1"), ("0.0.0.0/0", "203.0.113.7"),
            ("127.0.0.1", "::ffff:127.0.0.1"), ("fd00::/8", "fd12::1"),
        ] { #expect(try contains(range, inside), "\(range) \(inside)") }
        for (range, outside) in [
            ("10.0.0.0/8", "11.0.0.1"), ("10.0.0.0/9", "10.128.0.1"), ("10.0.0.0/8", "::1"), ("fd00::/8", "fe00::1"),
        ] { #expect(try !contains(range, outside), "\(range) \(outside)") }
        #expect(AddressRange("10.0.0.0/33") == nil && AddressRange("host") == nil && AddressRange("1.2.3.4/") == nil)
    }

    // MARK: Links

    private let wrong = "/i/\(String(repeating: "x", count: 32))"

    @Test("wrong links end in 429, for right ones too until time has passed; a made-up header helps nobody")
    func links() async throws {
        let site = try Site()
        let server = site.server()
        try await server.application.test(.router) { client async throws -> Void in
            for number in 0..<20 {
                let answer = try await client.execute(
                    uri: wrong, method: .get, headers: Self.forwarded("198.51.100.\(number)"))
                #expect(answer.status == .notFound)
            }
            let blocked = try await client.execute(
                uri: "/i/\(site.token)", method: .get, headers: Self.forwarded("198.51.100.77"))
            #expect(blocked.status == .tooManyRequests && blocked.headers[.retryAfter] == "15")
            #expect(try await client.execute(uri: "/health", method: .get).status == .ok)
            site.clock.advance(seconds: 60)
            #expect(try await client.execute(uri: "/i/\(site.token)", method: .get).status == .ok)
        }
    }

    @Test("behind a trusted proxy who tries links locks out nobody else", arguments: [true, false])
    func linksBehindProxy(_ isIPv6: Bool) async throws {
        let site = try Site()
        let server = site.server(trustedProxies: ["127.0.0.1", "10.0.0.0/8"])
        // Each time another address, of one subscriber with IPv6; made-up entries before it in any case.
        @Sendable func attacker(_ number: Int) -> String {
            "192.0.2.\(number), \(isIPv6 ? "2001:db8:1:2::\(number + 1)" : "203.0.113.7"), 10.0.0.4"
        }
        let neighbour = isIPv6 ? "2001:db8:1:3::1" : "203.0.113.8"
        try await server.application.test(.live) { client async throws -> Void in
            func get(_ path: String, _ forwarded: String) async throws -> HTTPResponse.Status {
                try await client.execute(uri: path, method: .get, headers: Self.forwarded(forwarded)).status
            }
            for number in 0..<20 {
                let status = try await get(wrong, attacker(number))
                #expect(status == .notFound)
            }
            #expect(try await get("/i/\(site.token)", attacker(21)) == .tooManyRequests)
            #expect(try await get("/i/\(site.token)", neighbour) == .ok)
            #expect(try await get("/i/\(site.token)", "\(neighbour), 10.0.0.4") == .ok)
        }
    }

    @Test("a proxy on this machine that nobody named speaks for everybody: its links are never blocked")
    func localProxy() async throws {
        let site = try Site()
        try await site.server().application.test(.live) { client async throws -> Void in
            for _ in 0..<30 { #expect(try await client.execute(uri: wrong, method: .get).status == .notFound) }
            #expect(try await client.execute(uri: "/i/\(site.token)", method: .get).status == .ok)
        }
    }

    // MARK: The API

    @Test("requests without end are slowed down, client by client, behind a trusted proxy too")
    func requests() async throws {
        let api = try APISite(settings: {
            $0.requests = (capacity: 5, refillSeconds: 10)
            $0.trustedProxies = ["127.0.0.1"].compactMap(AddressRange.init)
        })
        try await api.server.application.test(.live) { client async throws -> Void in
            func get(_ forwarded: String) async throws -> TestResponse {
                try await client.execute(uri: "/api/v1/setup", method: .get, headers: Self.forwarded(forwarded))
            }
            for number in 0..<5 { #expect(try await get("192.0.2.\(number), 203.0.113.7").status == .ok) }
            let blocked = try await get("192.0.2.9, 203.0.113.7")
            #expect(blocked.status == .tooManyRequests && blocked.headers[.retryAfter] != nil)
            #expect(try await get("203.0.113.8").status == .ok)
            for number in 0..<5 { #expect(try await get("2001:db8::\(number + 1)").status == .ok) }
            #expect(try await get("2001:db8::99").status == .tooManyRequests)
            #expect(try await get("2001:db8:0:1::1").status == .ok)
        }
    }

    @Test("an untrusted client can't spread its requests over made-up addresses")
    func spoofedRequests() async throws {
        let api = try APISite(settings: {
            $0.requests = (capacity: 5, refillSeconds: 10)
            $0.trustedProxies = ["10.0.0.1"].compactMap(AddressRange.init)
        })
        try await api.server.application.test(.live) { client async throws -> Void in
            func get(_ forwarded: String) async throws -> HTTPResponse.Status {
                try await client.execute(uri: "/api/v1/setup", method: .get, headers: Self.forwarded(forwarded)).status
            }
            for number in 0..<5 { #expect(try await get("198.51.100.\(number)") == .ok) }
            #expect(try await get("198.51.100.9") == .tooManyRequests)
            #expect(try await get("10.0.0.1") == .tooManyRequests)
        }
    }

    @Test("who guesses passwords behind a trusted proxy must wait, and nobody else there")
    func passwords() async throws {
        let api = try APISite(settings: {
            $0.wrongPasswords = (capacity: 3, refillSeconds: 30)
            $0.trustedProxies = ["127.0.0.1"].compactMap(AddressRange.init)
        })
        try await api.server.application.test(.live) { client async throws -> Void in
            func signIn(_ password: String, _ forwarded: String) async throws -> HTTPResponse.Status {
                var headers = try Self.forwarded(forwarded)
                headers[.contentType] = "application/json"
                return try await client.execute(
                    uri: "/api/v1/session", method: .post, headers: headers,
                    body: ByteBuffer(string: #"{"name":"viewer1","password":"\#(password)"}"#)
                ).status
            }
            for number in 0..<3 {
                #expect(try await signIn("wrong", "192.0.2.\(number), 2001:db8::\(number + 1)") == .unauthorized)
            }
            #expect(try await signIn(APISite.password, "2001:db8::9") == .tooManyRequests)
            #expect(try await signIn(APISite.password, "203.0.113.8") == .ok)
        }
        let addresses = try api.site.store.unwatched.auditEntries(limit: 10).map(\.address)
        #expect(Set(addresses) == ["2001:db8::1", "2001:db8::2", "2001:db8::3", "203.0.113.8"])
    }
}
