import Domain
import Foundation
import Testing

@testable import Alerts

@Suite("Routing")
struct AlertRouterTests {
    struct History: AlertHistory {
        var sent: [String: Date] = [:]
        var planned: Set<String> = []

        func lastSent(camera: CameraID, kind: IncidentKind, channel: String, recipient: String) -> Date? {
            sent["\(camera) \(kind.rawValue) \(channel) \(recipient)"]
        }

        func isPlanned(incident: IncidentID, channel: String, recipient: String) -> Bool {
            planned.contains("\(incident) \(channel) \(recipient)")
        }
    }

    let router = AlertRouter(
        destinations: [
            AlertDestination(channel: "sms", recipients: ["+1", "+2", "+1"]), AlertDestination(channel: "hook"),
        ], coolDownSeconds: 60)

    private func plan(_ event: IncidentEvent, _ history: History = History(), after seconds: Double = 0) throws
        -> [String]
    {
        try router.plan(event, words: AlertWords(incident: "text"), history: history, now: Samples.start + seconds).map
        { alert in
            #expect(alert.text == "text")
            return "\(alert.channel) \(alert.recipient)"
        }
    }

    @Test("a new incident goes to each recipient once, in the order of the configuration")
    func everyone() throws { #expect(try plan(.new(Samples.incident())) == ["sms +1", "sms +2", "hook "]) }

    @Test("a destination for some cameras, kinds or severities gets nothing else")
    func destinationsOfTheirOwn() throws {
        let incident = Samples.incident()
        let other = try #require(CameraID(rawValue: "other"))
        func takes(_ destination: AlertDestination) -> Bool { destination.takes(incident) }
        #expect(takes(AlertDestination(channel: "a", cameras: [incident.camera, other], kinds: [.fallingObject])))
        #expect(!takes(AlertDestination(channel: "a", cameras: [other])))
        #expect(!takes(AlertDestination(channel: "a", kinds: [.spill])))
        #expect(takes(AlertDestination(channel: "a", minSeverity: incident.severity)))
        let graver = Severity.allCases.last { $0 > incident.severity }
        if let graver { #expect(!takes(AlertDestination(channel: "a", minSeverity: graver))) }
    }

    @Test("later steps of an incident send nothing")
    func laterSteps() throws {
        #expect(try plan(.update(Samples.incident())).isEmpty)
        #expect(try plan(.end(Samples.incident())).isEmpty)
    }

    @Test("who has the message already gets no second one")
    func planned() throws {
        #expect(try plan(.new(Samples.incident()), History(planned: ["01a sms +2"])) == ["sms +1", "hook "])
    }

    @Test("the cool-down counts from the last sent message, for that camera, kind and recipient alone")
    func coolDown() throws {
        let history = History(sent: [
            "aisle-4 falling_object sms +1": Samples.start, "aisle-4 spill sms +2": Samples.start,
            "dock falling_object hook ": Samples.start,
        ])
        #expect(try plan(.new(Samples.incident()), history, after: 0) == ["sms +2", "hook "])
        #expect(try plan(.new(Samples.incident()), history, after: 59.9) == ["sms +2", "hook "])
        #expect(try plan(.new(Samples.incident()), history, after: 60) == ["sms +1", "sms +2", "hook "])
        #expect(try plan(.new(Samples.incident(kind: .spill)), history, after: 1) == ["sms +1", "hook "])
    }

    @Test("a clock that was set back silences nobody")
    func clockSetBack() throws {
        let history = History(sent: ["aisle-4 falling_object sms +1": Samples.start + 3600])
        #expect(try plan(.new(Samples.incident()), history).contains("sms +1"))
    }

    @Test("without destinations there is nothing to send")
    func nobody() throws {
        let none = try AlertRouter(destinations: []).plan(
            .new(Samples.incident()), words: AlertWords(incident: "text"), history: History(), now: Samples.start)
        #expect(none.isEmpty)
    }
}
