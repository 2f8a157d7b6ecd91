import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import Alerts

@Suite("Announcing incidents", .mayWait)
struct IncidentAnnouncerTests {
    let folder: TemporaryDirectory
    let clock = ManualClock(date: Samples.start)
    let store: Store

    init() throws {
        folder = try TemporaryDirectory()
        store = try Store(path: folder.file("a.db").path, clock: clock)
    }

    private func announcer(
        base: String? = "https://watch.example/aisle", destinations: [AlertDestination]? = nil
    ) -> IncidentAnnouncer {
        let sms = [AlertDestination(channel: "sms", recipients: ["+491700000001"])]
        return IncidentAnnouncer(
            store: store, router: AlertRouter(destinations: destinations ?? sms, coolDownSeconds: 60),
            publicBaseURL: base.flatMap { URL(string: $0) }, timeZone: Samples.berlin,
            cameraNames: [Samples.aisle4: "Aisle 4 cam"], linkLifetimeSeconds: 3600, clock: clock)
    }

    @Test("the link in the message opens the incident, until it expires")
    func link() throws {
        let result = try announcer().commit(.new(Samples.incident()))
        let text = try #require(result.newAlerts.first?.alert.text)
        let link = try #require(IncidentText.link(in: text))
        #expect(text == "Object fell, Aisle 4 cam, 14:02:31. \(link.absoluteString)")
        #expect(link.absoluteString.hasPrefix("https://watch.example/aisle/i/"))
        #expect(try store.unwatched.incident(token: link.lastPathComponent) == Samples.incident())
        clock.advance(seconds: 3600)
        #expect(try store.unwatched.incident(token: link.lastPathComponent) == nil)
    }

    @Test("without a public address the text has no link")
    func noBase() throws {
        let result = try announcer(base: nil).commit(.new(Samples.incident()))
        #expect(result.newAlerts.map(\.alert.text) == ["Object fell, Aisle 4 cam, 14:02:31."])
    }

    @Test("a camera without a name is called by its id, and nobody to tell is no error")
    func plain() throws {
        let incident = Samples.incident(camera: Samples.camera("dock-1"))
        #expect(try announcer(destinations: []).commit(.new(incident)).newAlerts.isEmpty)
        #expect(try store.unwatched.incident(incident.id) == incident)
        #expect(announcer().text(incident) == "Object fell, dock-1, 14:02:31.")
    }

    @Test("a page in another language gets the incident in its own")
    func otherLanguage() throws {
        let german = try MessageTemplates(language: "de")
        #expect(announcer().text(Samples.incident(), in: german) == "Gegenstand gefallen, Aisle 4 cam, 14:02:31.")
        #expect(announcer().text(Samples.incident()) == "Object fell, Aisle 4 cam, 14:02:31.")
    }

    @Test("the cool-down starts only when a message was sent")
    func coolDown() throws {
        let announcer = announcer()
        let first = try #require(try announcer.commit(.new(Samples.incident("01a"))).newAlerts.first)
        clock.advance(seconds: 1)
        let second = try #require(try announcer.commit(.new(Samples.incident("01b"))).newAlerts.first)
        try store.unwatched.markDead(first.id, error: "refused")
        #expect(try announcer.commit(.new(Samples.incident("01c"))).newAlerts.count == 1)
        try store.unwatched.markSent(second.id, at: clock.now())
        #expect(try announcer.commit(.new(Samples.incident("01d"))).newAlerts.isEmpty)
        clock.advance(seconds: 59)
        #expect(try announcer.commit(.new(Samples.incident("01e"))).newAlerts.isEmpty)
        clock.advance(seconds: 1)
        #expect(try announcer.commit(.new(Samples.incident("01f"))).newAlerts.count == 1)
        #expect(try store.unwatched.incidents().count == 6)
    }

    @Test("an incident that comes twice is announced once")
    func twice() throws {
        #expect(try announcer().commit(.new(Samples.incident())).newAlerts.count == 1)
        #expect(try announcer().commit(.new(Samples.incident())).newAlerts.isEmpty)
        #expect(try announcer().commit(.update(Samples.incident())).newAlerts.isEmpty)
    }

    @Test("programs get the same link with each step, and the database holds it with none")
    func linkOfEveryStep() throws {
        let programs = [AlertDestination(channel: "broker", followsIncidents: true)]
        let announcer = announcer(destinations: programs)
        var incident = Samples.incident()
        let first = try #require(try announcer.commit(.new(incident)).newAlerts.first)
        _ = try announcer.commit(.update(incident))
        // Nobody has got the first update yet: this one takes its place.
        incident.endDate += 1
        _ = try announcer.commit(.update(incident))
        incident.phase = .ended
        _ = try announcer.commit(.end(incident))
        let texts = try store.unwatched.messages(of: incident.id).map(\.alert.text)
        #expect(texts.count == 3)
        func link(_ text: String) throws -> String? {
            struct Document: Decodable {
                struct Body: Decodable { var link: String? }
                var after: Body
            }
            return try JSONDecoder().decode(Document.self, from: Data(text.utf8)).after.link
        }
        let links = try texts.map(link)
        let known = try link(first.alert.text)
        #expect(known?.hasPrefix("https://watch.example/aisle/i/") == true)
        #expect(links == [known, known, known])
        let token = try #require(known.flatMap(URL.init(string:))?.lastPathComponent)
        let file = try Data(contentsOf: folder.file("a.db"))
        let log = try Data(contentsOf: folder.file("a.db-wal"))
        #expect((file + log).range(of: Data(token.utf8)) == nil)
    }
}
