import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import Alerts

/// The router and the store together: what people get over minutes and hours. Time passes only when a test moves it.
@Suite("Who is told when", .mayWait)
struct RoutingInTimeTests {
    let folder: TemporaryDirectory
    let clock = ManualClock(date: Samples.start)
    let store: Store

    init() throws {
        folder = try TemporaryDirectory()
        store = try Store(path: folder.file("a.db").path, clock: clock)
    }

    private func announcer(_ destinations: [AlertDestination], coolDownSeconds: Double = 0) -> IncidentAnnouncer {
        IncidentAnnouncer(
            store: store,
            router: AlertRouter(
                destinations: destinations, coolDownSeconds: coolDownSeconds, floodMessages: 3, floodSeconds: 600,
                timeZone: Samples.berlin),
            publicBaseURL: URL(string: "https://a.example"), timeZone: Samples.berlin, cameraNames: [:], clock: clock)
    }

    private func incident(_ id: String, zone: String? = nil, by: String? = nil) -> Incident {
        var incident = Samples.incident(id) {
            $0.zoneName = zone
            $0.triggeredBy = by
        }
        incident.startDate = clock.now()
        return incident
    }

    private func sendAll() throws {
        while let message = try store.unwatched.pendingHeads().first(where: { $0.nextAttemptAt <= clock.now() }) {
            try store.unwatched.beginAttempt(message.id)
            try store.unwatched.markSent(message.id, at: clock.now())
        }
    }

    private func states(_ id: String) throws -> [String] {
        try store.unwatched.messages(of: IncidentID(rawValue: id)).map {
            "\($0.alert.purpose.name) \($0.alert.channel) \($0.state.rawValue)"
        }
    }

    private let escalating = [
        AlertDestination(
            channel: "sms", recipients: ["+1"],
            escalations: [.init(channel: "boss", recipients: ["+9"], afterSeconds: 300)])
    ]

    @Test("when nobody acknowledges within the time, the next one is told, with the link")
    func escalates() throws {
        let announcer = announcer(escalating)
        try announcer.commit(.new(incident("01a")))
        try sendAll()
        #expect(try states("01a") == ["incident sms sent", "escalation boss pending"])
        clock.advance(seconds: 299)
        try sendAll()
        #expect(try states("01a").last == "escalation boss pending")
        clock.advance(seconds: 1)
        try sendAll()
        let told = try #require(try store.unwatched.messages(of: IncidentID(rawValue: "01a")).last)
        #expect(told.state == .sent && told.alert.text.hasPrefix("Nobody has acknowledged this: Object fell"))
        #expect(IncidentText.link(in: told.alert.text) != nil)
    }

    @Test("an acknowledgement ends the escalation, for good, and the first one counts")
    func acknowledged() throws {
        let id = IncidentID(rawValue: "01a")
        try announcer(escalating).commit(.new(incident("01a")))
        try sendAll()
        #expect(try store.unwatched.acknowledge(id, by: "link", at: clock.now()))
        clock.advance(seconds: 60)
        #expect(try !store.unwatched.acknowledge(id, by: "ann", at: clock.now()))
        clock.advance(seconds: 3600)
        try sendAll()
        #expect(try states("01a") == ["incident sms sent", "escalation boss cancelled"])
        #expect(try store.unwatched.acknowledgement(of: id)?.by == "link")
    }

    @Test("an escalation that waits holds up no other message of its recipient")
    func escalationDoesNotBlock() throws {
        let announcer = announcer([
            AlertDestination(
                channel: "sms", recipients: ["+1"],
                escalations: [.init(channel: "sms", recipients: ["+1"], afterSeconds: 300)])
        ])
        try announcer.commit(.new(incident("01a")))
        try announcer.commit(.new(incident("01b")))
        try sendAll()
        #expect(try states("01b") == ["incident sms sent", "escalation sms pending"])
    }

    @Test("who is told of too much gets one summary instead, with all that was held back, after a while")
    func flood() throws {
        let announcer = announcer([AlertDestination(channel: "sms", recipients: ["+1"])])
        for id in ["01a", "01b", "01c", "01d", "01e", "01f"] {
            try announcer.commit(.new(incident(id)))
            clock.advance(seconds: 10)
        }
        try sendAll()
        let all = try store.unwatched.messages()
        #expect(all.map(\.alert.purpose) == [.summary, .incident, .incident, .incident])
        #expect(all.first?.state == .pending)
        clock.advance(seconds: 600)
        try sendAll()
        let summary = try #require(try store.unwatched.messages().first)
        #expect(
            summary.state == .sent && summary.alert.text.hasPrefix("3 more incidents since 14:03:01: 3 x Object fell"))
        // The flood is over: the next one is told by itself again.
        clock.advance(seconds: 600)
        try announcer.commit(.new(incident("02a")))
        #expect(try states("02a") == ["incident sms pending"])
    }

    @Test("recordings that somebody asked for bring no flood about")
    func requestsAreNoFlood() throws {
        let announcer = announcer([AlertDestination(channel: "sms", recipients: ["+1"])])
        for id in ["01a", "01b", "01c", "01d"] {
            var manual = incident(id)
            manual.kind = .manual
            manual.kinds = [.manual]
            try announcer.commit(.new(manual))
            try sendAll()
            // Longer than the same kind cools down, and well within a flood.
            clock.advance(seconds: 61)
        }
        try announcer.commit(.new(incident("02a")))
        #expect(try states("02a") == ["incident sms pending"])
    }

    @Test("a snooze silences what it covers, records it all the same, and ends by itself")
    func snooze() throws {
        let announcer = announcer([AlertDestination(channel: "sms", recipients: ["+1"])])
        try store.unwatched.add(
            Snooze(camera: Samples.aisle4, zone: "Dock 2", from: clock.now(), until: clock.now() + 1800, by: "ann"))
        try announcer.commit(.new(incident("01a", zone: "Dock 2")))
        try announcer.commit(.new(incident("01b", zone: "Aisle")))
        #expect(try store.unwatched.incidents().count == 2)
        #expect(try states("01a").isEmpty)
        #expect(try states("01b") == ["incident sms pending"])
        // Somebody who tries the chain wants to see it arrive.
        try announcer.commit(.new(incident("01c", zone: "Dock 2", by: Incident.drillOrigin)))
        #expect(try states("01c") == ["incident sms pending"])
        clock.advance(seconds: 1800)
        try announcer.commit(.new(incident("01d", zone: "Dock 2")))
        #expect(try states("01d") == ["incident sms pending"])
    }

    @Test("shift and zone decide who is told")
    func shiftsAndZones() throws {
        // 14:02 on a Thursday in Berlin.
        let announcer = announcer([
            AlertDestination(channel: "early", shift: Shift(fromMinute: 6 * 60, toMinute: 14 * 60)),
            AlertDestination(channel: "late", shift: Shift(weekdays: [4], fromMinute: 14 * 60, toMinute: 22 * 60)),
            AlertDestination(channel: "dock", zones: ["Dock 2"]),
        ])
        try announcer.commit(.new(incident("01a", zone: "Dock 2")))
        #expect(try states("01a") == ["incident late pending", "incident dock pending"])
        try announcer.commit(.new(incident("01b", zone: "Aisle")))
        #expect(try states("01b") == ["incident late pending"])
    }

    @Test("who follows incidents gets each step as a document with what was before, and steps nobody saw make way")
    func followers() throws {
        let announcer = announcer([AlertDestination(channel: "mqtt", followsIncidents: true)], coolDownSeconds: 3600)
        var changed = incident("01a")
        try announcer.commit(.new(changed))
        for metres in [1.0, 2.0, 3.0] {
            changed.facts.dropMetres = metres
            try announcer.commit(.update(changed))
        }
        changed.phase = .ended
        try announcer.commit(.end(changed))
        let documents = try store.unwatched.messages(of: changed.id).map(\.alert.text)
        #expect(documents.count == 3)
        let types = documents.map { $0.components(separatedBy: "\"type\":\"").last?.prefix(while: { $0 != "\"" }) }
        #expect(types == ["new", "update", "end"])
        #expect(documents[0].contains("\"link\":\"https://a.example/i/") && !documents[0].contains("\"before\":"))
        #expect(documents[1].contains("Dropped about 3.0 m") && documents[1].contains("Dropped about 2.0 m"))
    }
}
