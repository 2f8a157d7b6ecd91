import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Storage
import TestSupport
import Testing

@testable import Web

@Suite("What people do about an incident, on the pages", .timeLimit(.minutes(5)))
struct HandlingTests {
    // MARK: - By the link

    private let playbook = Playbook(
        name: "Something fell", steps: [.init("Close \"aisle\" 4", needs: "two <people>"), .init("Sweep")],
        contacts: [.init(name: "Shift lead", phone: "+49 (170) 12-34", note: "at night")])

    private func post(
        _ site: Site, _ action: String, form: String = "", name: String? = nil, type: String? = nil
    ) async throws -> TestResponse {
        let server = site.server(playbook: playbook)
        return try await server.application.test(.router) { client in
            var headers: HTTPFields = [.contentType: type ?? "application/x-www-form-urlencoded"]
            if let name { headers[.cookie] = "aislewatch_name=\(name)" }
            return try await client.execute(
                uri: "/i/\(site.token)/\(action)", method: .post, headers: headers, body: ByteBuffer(string: form))
        }
    }

    private func page(_ site: Site) async throws -> String {
        try await site.get("/i/\(site.token)", server: site.server(playbook: playbook)).text
    }

    private func button(_ site: Site, _ action: String) -> String { "action=\"/i/\(site.token)/\(action)\"" }

    @Test("from open to cleared by the page's buttons, each with name and time; what is next stands first")
    func states() async throws {
        let site = try Site()
        #expect(try await page(site).contains(button(site, "on-the-way")))
        #expect(try await post(site, "on-the-way", name: "Anna%20K").status == .seeOther)
        var shown = try await page(site)
        #expect(shown.contains("On the way: Anna K (link), ") && shown.contains(button(site, "cleared")))
        #expect(!shown.contains(button(site, "on-the-way")) && !shown.contains(button(site, "acknowledge")))
        #expect(try site.store.unwatched.acknowledgement(of: site.incident.id)?.by == "Anna K (link)")
        _ = try await post(site, "clearing", name: "Ben")
        _ = try await post(site, "cleared", name: "Ben")
        shown = try await page(site)
        #expect(shown.contains("Cleared: Ben (link)") && shown.contains(button(site, "open")))
        // Pressed on a page that was open for long.
        _ = try await post(site, "on-the-way", name: "Cem")
        #expect(try site.store.unwatched.handling(of: site.incident.id).standing?.by == "Ben (link)")
        _ = try await post(site, "open", name: "Cem")
        #expect(try site.store.unwatched.handling(of: site.incident.id).state == .open)
    }

    @Test("a check list: what is ticked has name and time; a line's text can't break out of the page")
    func checkList() async throws {
        let site = try Site()
        let first = try await page(site)
        #expect(first.contains("What to do: Something fell") && first.contains("Takes: two &lt;people&gt;"))
        #expect(first.contains("value=\"Close &quot;aisle&quot; 4\"") && first.contains("href=\"tel:+491701234\""))
        _ = try await post(site, "say", form: "tick=Close+%22aisle%22+4", name: "Anna")
        let shown = try await page(site)
        #expect(shown.contains("class=\"ticked\"") && shown.contains("<small>Anna (link), "))
        _ = try await post(site, "say", form: "untick=Close+%22aisle%22+4", name: "Ben")
        #expect(!(try await page(site).contains("class=\"ticked\"")))
    }

    @Test("a comment is shown as it was written, and what is none is no step")
    func comments() async throws {
        let site = try Site()
        for form in ["comment=+", "", "comment=%FF&=", "delete=all", String(repeating: "a", count: 20_000)] {
            _ = try await post(site, "say", form: form)
        }
        #expect(try site.store.unwatched.handling(of: site.incident.id).steps.isEmpty)
        _ = try await post(site, "say", form: "comment=2+l+%3Cb%3E+%C3%96l")
        #expect(try await page(site).contains("<li>2 l &lt;b&gt; Öl<small>somebody who got the alert, "))
    }

    @Test("a name is kept in the browser, says that it is only claimed, and can't be an account's")
    func names() async throws {
        let site = try Site()
        let answer = try await post(site, "name", form: "name=+%0A+Anna%3B+%3Cb%3E++K.+")
        let cookie = try #require(answer.headers[.setCookie])
        #expect(cookie.hasPrefix("aislewatch_name=Anna%3B%20%3Cb%3E%20K%2E;"))
        #expect(cookie.contains("HttpOnly") && cookie.contains("Path=/i/") && cookie.contains("SameSite=Lax"))
        #expect(LinkName("anna").author.name == "anna (link)" && !Account.isName(LinkName("anna").author.name))
        #expect(LinkName(String(repeating: "x", count: 99)).text.count == 40 && LinkName("\u{0}\u{1B}").text.isEmpty)
        #expect(try await post(site, "name", form: "name=").headers[.setCookie]?.contains("Max-Age=0") == true)
    }

    @Test("a link that only looks shows what is done and has no way to do anything")
    func looksOnly() async throws {
        let site = try Site()
        _ = try await post(site, "say", form: "tick=Sweep", name: "Anna")
        let token = try site.store.unwatched.newLink(
            site.incident.id, expiresAt: site.clock.now() + 600, mayAct: false)
        let shown = try await site.get("/i/\(token)", server: site.server(playbook: playbook)).text
        #expect(shown.contains("Anna (link)") && !shown.contains("<form") && !shown.contains("data-photo"))
        for action in ["on-the-way", "clearing", "cleared", "open", "say", "photo"] {
            #expect(try await site.get("/i/\(token)/\(action)", method: .post).status == .forbidden)
        }
    }

    @Test("the part that changes comes alone, and the page's script may run while no other may")
    func fragment() async throws {
        let site = try Site()
        let part = try await site.get("/i/\(site.token)/handling")
        #expect(part.status == .ok && part.text.hasPrefix("<section id=\"handling\""))
        let policy = try #require(try await site.get("/i/\(site.token)").headers[.contentSecurityPolicy])
        #expect(policy.contains("script-src 'self'") && !policy.contains("unsafe"))
        #expect(try await site.get("/i/\(String(repeating: "x", count: 32))/handling").status == .notFound)
    }

    // MARK: - Photos

    /// The smallest JPEG that has its parts in order, with notes of where it was taken.
    static let jpeg = Data(
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xE1, 0, 6] + Array("GPS!".utf8) + [0xFF, 0xFE, 0, 3, 0x41]
            + [0xFF, 0xDB, 0, 3, 9, 0xFF, 0xDA, 0, 2, 7, 7, 0xFF, 0xD9, 0x54, 0x52])

    @Test("of a photo the picture is kept, and nothing that says where and with what it was taken")
    func notes() throws {
        let kept = try #require(JPEGPhoto.withoutNotes(Self.jpeg))
        #expect(
            Array(kept) == [
                0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xDB, 0, 3, 9, 0xFF, 0xDA, 0, 2, 7, 7, 0xFF, 0xD9,
            ])
        #expect(JPEGPhoto.withoutNotes(kept) == kept)
        // What is cut off or no JPEG.
        for count in 0..<Self.jpeg.count - 2 { #expect(JPEGPhoto.withoutNotes(Self.jpeg.prefix(count)) == nil) }
        #expect(JPEGPhoto.withoutNotes(Data("<svg onload=alert(1)>".utf8)) == nil)
        #expect(JPEGPhoto.withoutNotes(Data([0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0xFF, 0xD9])) == nil)
    }

    @Test("a photo by the link is shown there, to those alone who have the link, and on the incident's page")
    func photo() async throws {
        let site = try Site()
        let server = site.server()
        let sent = try await server.application.test(.router) { client in
            try await client.execute(
                uri: "/i/\(site.token)/photo", method: .post, headers: [.contentType: "image/jpeg"],
                body: ByteBuffer(bytes: Self.jpeg))
        }
        #expect(sent.status == .seeOther)
        let step = try #require(try site.store.unwatched.handling(of: site.incident.id).steps.first)
        let path = "/i/\(site.token)/photo-\(step.id).jpg"
        #expect(try await page(site).contains("src=\"\(path)\""))
        let shown = try await site.get(path)
        #expect(shown.status == .ok && shown.headers[.contentType] == "image/jpeg")
        #expect(Data(buffer: shown.body) == JPEGPhoto.withoutNotes(Self.jpeg))
        for other in ["photo-\(step.id + 1).jpg", "photo-.jpg", "photo--1.jpg", "photo-1.png"] {
            #expect(try await site.get("/i/\(site.token)/\(other)").status == .notFound)
        }
    }

    // MARK: - By the API

    private func take(_ api: APISite, _ action: String, _ text: String, as role: Role = .operator) async throws
        -> TestResponse
    {
        try await api.send(
            .post, "/api/v1/incidents/\(api.site.incident.id)/handling", as: role,
            json: #"{"action":"\#(action)","text":"\#(text)"}"#)
    }

    @Test("each step says what came of it, and stands in the audit log once")
    func steps() async throws {
        let api = try APISite()
        #expect(try await take(api, "state", "on_the_way")["outcome"] == "changed")
        let second = try await take(api, "state", "on_the_way", as: .admin)
        #expect(second["outcome"] == "joined" && second["by"] == "operator1" && second["state"] == "on_the_way")
        #expect(try await take(api, "state", "on_the_way")["outcome"] == "already")
        #expect(try await take(api, "state", "cleared")["outcome"] == "changed")
        let late = try await take(api, "state", "clearing", as: .admin)
        #expect(late["outcome"] == "refused" && late["by"] == "operator1" && late["state"] == "cleared")
        let audit = try api.site.store.unwatched.auditEntries(limit: 9).map { "\($0.who) \($0.action) \($0.detail)" }
        #expect(
            audit == [
                "operator1 incident.state cleared", "admin1 incident.state on_the_way",
                "operator1 incident.state on_the_way",
            ])
        #expect(try await api.send(.get, "/api/v1/incidents?state=cleared", as: .viewer).text.contains("01incident"))
        #expect(!(try await api.send(.get, "/api/v1/incidents?state=open", as: .viewer).text.contains("01incident")))
    }

    @Test("a mistake is named, and who only looks may do nothing")
    func mistakes() async throws {
        let api = try APISite()
        for (action, text) in [("state", "gone"), ("state", ""), ("comment", " "), ("delete", "x"), ("photo", "x")] {
            #expect(try await take(api, action, text).status == .badRequest, "\(action) \(text)")
        }
        #expect(try await take(api, "comment", String(repeating: "x", count: 501)).status == .badRequest)
        #expect(try await take(api, "comment", "x", as: .viewer).status == .forbidden)
        let path = "/api/v1/incidents/\(api.site.incident.id)/photos"
        #expect(try await api.send(.post, path, as: .operator, json: "{}").status == .unsupportedMediaType)
        for name in ["1.jpg", "x.jpg", "1", "99999999999999999999999999.jpg"] {
            #expect(try await api.send(.get, "\(path)/\(name)", as: .viewer).status == .notFound)
        }
        #expect(try await api.send(.get, "/api/v1/incidents?state=gone", as: .viewer).status == .badRequest)
        #expect(try api.site.store.unwatched.handling(of: api.site.incident.id).steps.isEmpty)
    }

    @Test("a page that is open is told of what is done by a link")
    func told() async throws {
        let api = try APISite()
        let subscription = api.services.hub.subscribe(EventHub.Filter(wantsScenes: false))
        _ = try await api.send(.post, "/i/\(api.site.token)/on-the-way")
        var events = subscription.events.makeAsyncIterator()
        let event = try #require(await events.next())
        #expect(String(buffer: event).contains(#""state":"on_the_way""#))
    }
}
