import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Storage
import Testing

@testable import Web

@Suite("What somebody can say by an alert's link", .timeLimit(.minutes(5)))
struct LinkActionTests {
    private func form(_ site: Site, _ action: String) -> String {
        "<form method=\"post\" action=\"/i/\(site.token)/\(action)\">"
    }

    private func post(_ site: Site, _ action: String) async throws {
        let answer = try await site.get("/i/\(site.token)/\(action)", method: .post)
        #expect(answer.status == .seeOther && answer.headers[.location] == "/i/\(site.token)")
    }

    @Test("\"I'll handle it\": the first one counts, and the page says that nothing is left to do")
    func acknowledge() async throws {
        let site = try Site()
        #expect(try await site.get("/i/\(site.token)").text.contains(form(site, "acknowledge")))
        try await post(site, "acknowledge")
        let after = try await site.get("/i/\(site.token)").text
        #expect(after.contains("Handled by somebody who got the alert"))
        #expect(after.contains("You don't have to do anything."))
        #expect(!after.contains(form(site, "acknowledge")) && after.contains(form(site, "false-alarm")))
        #expect(try site.store.unwatched.acknowledgement(of: site.incident.id)?.by == "link")
    }

    @Test("\"False alarm\" stands beside it, is a review, and ends the escalation")
    func falseAlarm() async throws {
        let site = try Site()
        #expect(try await site.get("/i/\(site.token)").text.contains(form(site, "false-alarm")))
        try await post(site, "false-alarm")
        let review = try #require(try site.store.unwatched.review(of: site.incident.id))
        #expect(review.review == .notAnIncident && review.by == "link" && review.at == site.clock.now())
        #expect(try site.store.unwatched.acknowledgement(of: site.incident.id)?.by == "link")
        let after = try await site.get("/i/\(site.token)").text
        #expect(after.contains("Marked as a false alarm by somebody who got the alert"))
        #expect(!after.contains(form(site, "false-alarm")) && !after.contains(form(site, "acknowledge")))
    }

    @Test("a link that only looks has no button, and what is asked by hand all the same is not done")
    func looksOnly() async throws {
        let site = try Site()
        let token = try site.store.unwatched.newLink(
            site.incident.id, expiresAt: site.clock.now() + 600, mayAct: false)
        let page = try await site.get("/i/\(token)")
        #expect(page.status == .ok && page.text.contains("Box fell.") && !page.text.contains("<form"))
        // The incident's own page is for those who were alerted.
        let own = "/#/incidents/\(site.incident.id)"
        #expect(!page.text.contains(own))
        #expect(try await site.get("/i/\(site.token)").text.contains(own))
        for action in ["acknowledge", "false-alarm", "real"] {
            let answer = try await site.get("/i/\(token)/\(action)", method: .post)
            #expect(answer.status == .forbidden && answer.text.contains("Box fell."))
        }
        #expect(try site.store.unwatched.acknowledgement(of: site.incident.id) == nil)
        #expect(try site.store.unwatched.review(of: site.incident.id) == nil)
        // What others have said is shown.
        _ = try await site.get("/i/\(site.token)/acknowledge", method: .post)
        #expect(try await site.get("/i/\(token)").text.contains("Handled by somebody who got the alert"))
    }

    @Test("a false alarm that was none is taken back by the same link")
    func realAfterAll() async throws {
        let site = try Site()
        try await post(site, "real")
        #expect(try site.store.unwatched.review(of: site.incident.id) == nil)
        try await post(site, "false-alarm")
        #expect(try await site.get("/i/\(site.token)").text.contains(form(site, "real")))
        try await post(site, "real")
        #expect(try site.store.unwatched.review(of: site.incident.id)?.review == nil)
        #expect(try await site.get("/i/\(site.token)").text.contains(form(site, "false-alarm")))
    }

    @Test("what a person with an account has said stays", arguments: [Review.confirmed, .notAnIncident, .training])
    func reviewed(_ verdict: Review) async throws {
        let site = try Site()
        let said = IncidentReview(review: verdict, note: "seen", by: "anna", at: site.clock.now())
        try site.store.unwatched.setReview(said, of: site.incident.id)
        let page = try await site.get("/i/\(site.token)").text
        #expect(!page.contains(form(site, "false-alarm")) && !page.contains(form(site, "real")))
        #expect(page.contains("by anna") == (verdict != .training))
        try await post(site, "false-alarm")
        try await post(site, "real")
        #expect(try site.store.unwatched.review(of: site.incident.id) == said)
        // Who says that it was none has taken care of it.
        let handled = try site.store.unwatched.acknowledgement(of: site.incident.id)?.by
        #expect(handled == (verdict == .notAnIncident ? "anna" : nil))
    }

    @Test(
        "looking at the page says nothing, however often messengers fetch it",
        arguments: ["acknowledge", "false-alarm", "real"])
    func getChangesNothing(_ action: String) async throws {
        let site = try Site()
        for _ in 0..<3 { _ = try await site.get("/i/\(site.token)") }
        let wrong = try await site.get("/i/\(site.token)/\(action)")
        #expect(wrong.status == .notFound || wrong.status == .methodNotAllowed)
        #expect(try site.store.unwatched.acknowledgement(of: site.incident.id) == nil)
        #expect(try site.store.unwatched.review(of: site.incident.id) == nil)
    }

    @Test("an unknown link can say nothing", arguments: ["acknowledge", "false-alarm", "real"])
    func unknownToken(_ action: String) async throws {
        let site = try Site()
        let answer = try await site.get("/i/\(String(repeating: "x", count: 32))/\(action)", method: .post)
        #expect(answer.status == .notFound)
    }

    @Test("open pages are told, and the audit log says what was done from where, once")
    func known() async throws {
        let api = try APISite()
        let events = api.services.hub.subscribe(EventHub.Filter(cameras: nil, wantsScenes: false))
        for _ in 0..<2 {
            #expect(try await api.send(.post, "/i/\(api.site.token)/acknowledge").status == .seeOther)
        }
        #expect(try await api.send(.post, "/i/\(api.site.token)/false-alarm").status == .seeOther)
        var texts: [String] = []
        for await event in events.events {
            texts.append(String(buffer: event))
            if texts.count == 2 { break }
        }
        #expect(texts[0].contains("\"acknowledged_by\":\"link\"") && texts[1].contains("not_an_incident"))
        let entries = try api.site.store.unwatched.auditEntries(limit: 10)
        #expect(entries.map(\.action) == ["link.false-alarm", "link.acknowledge"])
        #expect(entries.allSatisfy { $0.who == "link" && $0.subject == "01incident" })
    }
}
