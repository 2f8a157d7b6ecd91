import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import TestSupport
import Testing

@testable import Web

@Suite("Wrong tokens")
struct LimitTests {
    @Test("block an address that sends many, until time has passed, and no other")
    func bucket() {
        let clock = ManualClock()
        let limiter = WrongTokenLimiter(clock: clock)
        for _ in 0..<19 { limiter.countWrongToken(from: "192.0.2.1") }
        #expect(!limiter.isBlocked("192.0.2.1"))
        for _ in 0..<100 { limiter.countWrongToken(from: "192.0.2.1") }
        #expect(limiter.isBlocked("192.0.2.1") && !limiter.isBlocked("192.0.2.2"))
        clock.advance(seconds: WrongTokenLimiter.refillSeconds * 1.01)
        #expect(!limiter.isBlocked("192.0.2.1"))
    }

    @Test("never block a proxy on this machine, which speaks for everybody", arguments: ["127.0.0.1", "::1"])
    func proxy(_ address: String) {
        let limiter = WrongTokenLimiter(clock: ManualClock())
        for _ in 0..<100 { limiter.countWrongToken(from: address) }
        #expect(!limiter.isBlocked(address))
    }

    @Test("from very many addresses are not all remembered")
    func memory() {
        let clock = ManualClock()
        let limiter = WrongTokenLimiter(clock: clock)
        for _ in 0..<30 { limiter.countWrongToken(from: "first") }
        for number in 0..<WrongTokenLimiter.maxAddresses {
            clock.advance(seconds: 0.001)
            limiter.countWrongToken(from: "a\(number)")
        }
        #expect(!limiter.isBlocked("first"))
    }

    @Test("end in 429 over HTTP, for right ones too until time has passed")
    func overHTTP() async throws {
        let site = try Site()
        let server = try site.server()
        try await server.application.test(.router) { client in
            for _ in 0..<20 {
                let answer = try await client.execute(uri: "/i/\(String(repeating: "x", count: 32))", method: .get)
                #expect(answer.status == .notFound)
            }
            let blocked = try await client.execute(uri: "/i/\(site.token)", method: .get)
            #expect(blocked.status == .tooManyRequests && blocked.headers[.retryAfter] == "15")
            #expect(try await client.execute(uri: "/health", method: .get).status == .ok)
            site.clock.advance(seconds: 60)
            #expect(try await client.execute(uri: "/i/\(site.token)", method: .get).status == .ok)
        }
    }
}
