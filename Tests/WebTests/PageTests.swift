import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Web

@Suite("The page behind a link")
struct PageTests {
    @Test("shows the text, what, where, when in local time, the poster and the clip")
    func content() async throws {
        let site = try Site { incident in
            incident.phase = .ended
            incident.facts.zoneName = "main walkway"
            incident.kinds = [.fallingObject, .spill]
        }
        try site.addClip("01clip", video: Data([1, 2, 3]), poster: Data([4]))
        let page = try await site.get("/i/\(site.token)")
        #expect(page.status == .ok && page.headers[.contentType] == "text/html; charset=utf-8")
        for part in [
            "<p class=\"kind\">Falling object</p>", "<h1>Cam &quot;aisle-4&quot;</h1>",
            "<p class=\"text\">Box fell.</p>",
            "<dt>What</dt><dd>Falling object, Spill</dd>", "<dt>Place</dt><dd>main walkway</dd>",
            "<dt>Began</dt><dd>28 May 2026, 22:26:40 (UTC+02:00)</dd>", "<dt>Ended</dt><dd>22:26:41</dd>",
            "poster=\"/i/\(site.token)/poster.jpg\" src=\"/i/\(site.token)/clip.mp4\"",
            "<footer>Hall &lt;1&gt; · Aislewatch</footer>",
        ] {
            #expect(page.text.contains(part), "\(part)")
        }
        #expect(
            page.text.scripts == ["/js/link/page.js"] && !page.text.contains("style=")
                && !page.text.contains("http-equiv"))
        #expect(!page.text.contains("Still being recorded"))
    }

    @Test("speaks the language of the alerts, with nothing left over of another")
    func german() async throws {
        let site = try Site { incident in
            incident.phase = .ended
            incident.kinds = [.fallingObject, .spill]
        }
        let server = site.server(language: "de", text: "Gegenstand gefallen.")
        let waiting = try await site.get("/i/\(site.token)", server: server).text
        #expect(waiting.contains("Die Aufnahme wird vorbereitet") && waiting.contains("<html lang=\"de\">"))
        try site.addClip("01clip", video: Data([1, 2, 3]), poster: Data([4]))
        let page = try await site.get("/i/\(site.token)", server: server).text
        for part in [
            "<p class=\"kind\">Gegenstand gefallen</p>",
            "<dt>Was</dt><dd>Gegenstand gefallen, Flüssigkeit breitet sich aus</dd>",
            "<dt>Beginn</dt><dd>28. Mai 2026, 22:26:40 (UTC+02:00)</dd>", "<dt>Ende</dt><dd>22:26:41</dd>",
            "<button>Ich bin unterwegs</button>", "<button class=\"other\">Ich kümmere mich darum</button>",
            "Video speichern",
        ] {
            #expect(page.contains(part), "\(part)")
        }
        try site.store.unwatched.acknowledge(site.incident.id, by: "link", at: site.clock.now())
        let after = try await site.get("/i/\(site.token)", server: server).text
        #expect(after.contains("Übernommen von jemandem, der die Meldung bekommen hat, 28. Mai 2026"))
        for word in ["Taken", "Began", "Ended", "What", "Save", "clip is"] { #expect(!after.contains(word), "\(word)") }
        for kind in IncidentKind.allCases { #expect(PageWords.german.kinds[kind] != nil, "\(kind)") }
    }

    @Test("escapes everything that people or devices named")
    func escaping() async throws {
        let site = try Site { $0.facts.zoneName = "<img src=x onerror=alert(1)>" }
        let server = site.server(text: "<script>alert('1')</script> & \"more\" \u{202E}")
        let text = try await site.get("/i/\(site.token)", server: server).text
        #expect(text.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;more&quot; \u{FFFD}"))
        #expect(text.contains("<dd>&lt;img src=x onerror=alert(1)&gt;</dd>"))
        #expect(text.scripts == ["/js/link/page.js"] && !text.contains("<img"))
    }

    @Test("with several clips shows each under its own address")
    func severalClips() async throws {
        let site = try Site()
        try site.addClip("01a", video: Data([1]), poster: Data([11]))
        try site.addClip("01b", video: Data([2]))
        try site.addClip("01c", video: Data([3]), isFinished: false)
        let page = try await site.get("/i/\(site.token)").text
        for name in ["clip.mp4", "clip-2.mp4", "clip-3.mp4"] {
            #expect(page.contains("src=\"/i/\(site.token)/\(name)\""))
        }
        #expect(page.contains("poster.jpg") && !page.contains("poster-2.jpg"))
        #expect(page.contains("Still being recorded") && !page.contains("http-equiv"))
        #expect(try await site.get("/i/\(site.token)/clip.mp4").data == Data([1]))
        #expect(try await site.get("/i/\(site.token)/clip-1.mp4").data == Data([1]))
        #expect(try await site.get("/i/\(site.token)/clip-2.mp4").data == Data([2]))
        #expect(try await site.get("/i/\(site.token)/clip-3.mp4").data == Data([3]))
        for name in [
            "clip-4.mp4", "clip-0.mp4", "clip--1.mp4", "clip-01.mp4", "clip-99999.mp4", "clip.mp4x", "poster-2.jpg",
        ] {
            #expect(try await site.get("/i/\(site.token)/\(name)").status == .notFound, "\(name)")
        }
    }

    @Test("without a clip yet looks again by itself, but not for ever")
    func waiting() async throws {
        let site = try Site()
        let first = try await site.get("/i/\(site.token)").text
        #expect(first.contains("<meta http-equiv=\"refresh\" content=\"5\">") && first.contains("being prepared"))
        #expect(first.contains("still going on"))
        // Its poster and an empty file are no clip yet.
        try site.addClip("01a", video: Data(), poster: Data([1]), isFinished: false)
        let second = try await site.get("/i/\(site.token)").text
        #expect(second.contains("http-equiv") && second.contains("<img src=\"/i/\(site.token)/poster.jpg\""))
        #expect(try await site.get("/i/\(site.token)/clip.mp4").status == .notFound)
        site.clock.advance(seconds: 200)
        let later = try await site.get("/i/\(site.token)").text
        #expect(!later.contains("http-equiv") && later.contains("There is no clip of this incident any more"))
    }

    @Test("is the same page that isn't there for every wrong, foreign or expired link")
    func notFound() async throws {
        let site = try Site()
        try site.addClip("01clip", video: Data([1]), poster: Data([2]))
        let wrong = String(site.token.reversed())
        var answers: Set<String> = []
        for path in [
            "/i/\(wrong)", "/i/\(wrong)/clip.mp4", "/i/", "/i", "/", "/i/x", "/i/\(site.token)x", "/i/%2e%2e%2f",
            "/robots.txt",
            "/i/\(site.token)/sidecar.json", "/i/\(site.token)/..%2f..%2fa.sqlite", "/i/\(site.token)/clip.mp4/x",
            "/i/\(String(repeating: "a", count: 5000))", "/api/v1/incidents", "/i/%00\(site.token)",
        ] {
            let answer = try await site.get(path)
            #expect(answer.status == .notFound, "\(path)")
            answers.insert(answer.text)
        }
        site.clock.advance(seconds: 3600)
        for path in ["/i/\(site.token)", "/i/\(site.token)/clip.mp4", "/i/\(site.token)/poster.jpg"] {
            let answer = try await site.get(path)
            #expect(answer.status == .notFound, "\(path)")
            answers.insert(answer.text)
        }
        #expect(answers == [Page.notFound(.english)])
    }

    @Test("that has expired says what to do, in the language of the alerts", arguments: ["en", "de"])
    func expired(_ language: String) async throws {
        let site = try Site()
        site.clock.advance(seconds: 3600)
        let page = try await site.get("/i/\(site.token)", server: site.server(language: language))
        let note = PageWords.inLanguage(language).notFound
        #expect(page.status == .notFound && page.text == Page.notFound(.inLanguage(language)))
        #expect(page.text.contains("<h1>\(HTML.escape(note.title))</h1>") && page.text.contains(HTML.escape(note.text)))
        // The newest message, the whole link, an account, another person.
        for way in language == "de" ? ["neueste", "ganzen", "Konto", "bitten"] : ["newest", "whole", "account", "ask"] {
            #expect(note.text.contains(way), "\(way)")
        }
    }

    @Test(
        "carries the headers that keep it to itself, errors too",
        arguments: ["/i/TOKEN", "/i/none", "/health", "/i/TOKEN/clip.mp4"])
    func headers(_ path: String) async throws {
        let site = try Site()
        try site.addClip("01clip", video: Data([1]), isFinished: false)
        let answer = try await site.get(path.replacing("TOKEN", with: site.token))
        let expected = [
            "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow", "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY", "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin",
        ]
        for (name, value) in expected {
            #expect(HTTPField.Name(name).flatMap { answer.headers[$0] } == value, "\(name)")
        }
        let policy = try #require(answer.headers[.contentSecurityPolicy])
        #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
    }

    @Test("allows its own style sheet by the hash of exactly what stands in the page")
    func styleHash() async throws {
        let site = try Site()
        let page = try await site.get("/i/\(site.token)").text
        let start = try #require(page.range(of: "<style>")), end = try #require(page.range(of: "</style>"))
        #expect(page[start.upperBound..<end.lowerBound] == PageStyle.css)
    }

    @Test(
        "is not changed by any request: other methods find nothing",
        arguments: [HTTPRequest.Method.post, .put, .delete, .patch])
    func otherMethods(_ method: HTTPRequest.Method) async throws {
        let site = try Site()
        #expect(try await site.get("/i/\(site.token)", method: method).status == .notFound)
        #expect(try await site.get("/health", method: method).status == .notFound)
    }

    @Test(
        "says so when the database fails, without a word about the reason",
        arguments: ["incidents", "links", "clips", "clip_incidents"])
    func databaseFails(_ table: String) async throws {
        let site = try Site()
        try site.addClip("01clip", video: Data([1]))
        try site.breakTable(table)
        let answer = try await site.get("/i/\(site.token)")
        #expect(answer.status == .internalServerError && answer.text == Page.failed(.english))
        #expect(answer.headers[.contentSecurityPolicy] != nil)
    }

    @Test("a clip that can't be read is not said to be gone", arguments: ["en", "de"])
    func unreadable(_ language: String) async throws {
        let site = try Site()
        let clip = try site.addClip("01clip", video: nil)
        // Root may read everything, but nobody a name that leads to itself.
        try FileManager.default.createSymbolicLink(
            at: site.directory.file(clip.path), withDestinationURL: site.directory.file(clip.path))
        let server = site.server(language: language)
        let page = try await site.get("/i/\(site.token)", server: server)
        #expect(page.status == .ok && page.text.contains(PageWords.inLanguage(language).clipUnreadable))
        #expect(!page.text.contains(PageWords.inLanguage(language).noClipAnyMore))
        let file = try await site.get("/i/\(site.token)/clip.mp4", server: server)
        #expect(file.status == .internalServerError && file.text == Page.failed(.inLanguage(language)))
    }

    @Test("times follow the site's zone")
    func zones() {
        let date = Date(timeIntervalSince1970: 1_772_550_151)
        func text(_ zone: String) -> String {
            let time = LocalTime(TimeZone(identifier: zone) ?? .gmt)
            return "\(time.full(date)) \(time.offset(at: date))"
        }
        #expect(text("UTC") == "3 March 2026, 15:02:31 UTC")
        #expect(text("Europe/Berlin") == "3 March 2026, 16:02:31 UTC+01:00")
        #expect(text("America/St_Johns") == "3 March 2026, 11:32:31 UTC−03:30")
        #expect(text("Asia/Tokyo") == "4 March 2026, 00:02:31 UTC+09:00")
    }
}

extension String {
    /// The addresses of the page's scripts; a script without one, or one that is not the page's own, looks different.
    fileprivate var scripts: [String] {
        split(separator: "<script").dropFirst().map { part in
            let own = "type=\"module\" src=\""
            return part.trimmingPrefix(" ").hasPrefix(own)
                ? String(part.trimmingPrefix(" ").dropFirst(own.count).prefix { $0 != "\"" }) : "?"
        }
    }
}
