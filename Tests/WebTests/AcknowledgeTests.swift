import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Web

@Suite("Taking care of an incident from its page")
struct AcknowledgeTests {
    @Test("the button posts, the first one counts, and the page says so")
    func acknowledge() async throws {
        let site = try Site { _ in }
        let before = try await site.get("/i/\(site.token)")
        #expect(before.text.contains("<form method=\"post\" action=\"/i/\(site.token)/acknowledge\">"))
        let answer = try await site.get("/i/\(site.token)/acknowledge", method: .post)
        #expect(answer.status == .seeOther && answer.headers[.location] == "/i/\(site.token)")
        let after = try await site.get("/i/\(site.token)")
        #expect(after.text.contains("Taken care of by somebody who got the alert"))
        #expect(!after.text.contains("<form"))
        #expect(try site.store.unwatched.acknowledgement(of: site.incident.id)?.by == "link")
    }

    @Test("looking at the page acknowledges nothing, however often messengers fetch it")
    func getChangesNothing() async throws {
        let site = try Site { _ in }
        for _ in 0..<3 { _ = try await site.get("/i/\(site.token)") }
        let wrong = try await site.get("/i/\(site.token)/acknowledge")
        #expect(wrong.status == .notFound || wrong.status == .methodNotAllowed)
        #expect(try site.store.unwatched.acknowledgement(of: site.incident.id) == nil)
    }

    @Test("an unknown link can't acknowledge")
    func unknownToken() async throws {
        let site = try Site { _ in }
        let answer = try await site.get("/i/\(String(repeating: "x", count: 32))/acknowledge", method: .post)
        #expect(answer.status == .notFound)
    }
}
