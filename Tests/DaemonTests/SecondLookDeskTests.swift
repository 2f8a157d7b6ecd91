import Alerts
import Domain
import Foundation
import Logging
import Settings
import Storage
import TestSupport
import Testing

@testable import Daemon

/// Incidents that are looked at twice, with a real server and a real database.
@Suite("The second look's desk")
struct SecondLookDeskTests {
    private struct Site {
        let folder: TemporaryDirectory
        let store: Store
        let desk: SecondLookDesk
        let stub: HTTPStub
        let clock: ManualClock
    }

    private func site(_ verify: SecondLookConfiguration.Verify, _ answer: HTTPStub.Answer) throws -> Site {
        let folder = try TemporaryDirectory(), clock = ManualClock()
        let store = try Store(path: folder.file("a.db").path, clock: clock)
        let stub = try HTTPStub([], then: answer)
        var configuration = SecondLookConfiguration()
        configuration.baseURL = URL(string: stub.baseURL)
        configuration.model = "see-1"
        configuration.verify = verify
        let announcer = IncidentAnnouncer(
            store: store,
            router: AlertRouter(destinations: [AlertDestination(channel: "sms", recipients: ["+491700000001"])]),
            publicBaseURL: nil, timeZone: .gmt, cameraNames: [:], clock: clock)
        let desk = try #require(
            SecondLookDesk(
                configuration, store: store, announcer: announcer, clock: clock, logger: Logger(label: "test")))
        return Site(folder: folder, store: store, desk: desk, stub: stub, clock: clock)
    }

    private func incident() throws -> Incident {
        let time = MediaTime(epoch: 0, seconds: 5), date = Date(timeIntervalSince1970: 1_780_000_000)
        return Incident(
            id: IncidentID(rawValue: "01a"), camera: try #require(CameraID(rawValue: "dock")), kind: .fallingObject,
            severity: .medium, start: time, end: time, confirmed: time, startDate: date, endDate: date,
            confirmedDate: date, region: Region(x: 1, y: 1, width: 4, height: 4),
            frameSize: FrameSize(width: 16, height: 9))
    }

    private func says(_ happened: Bool, _ severity: String = "high") -> HTTPStub.Answer {
        let verdict =
            "{\\\"happened\\\": \(happened), \\\"description\\\": \\\"A box.\\\", \\\"severity\\\": \\\"\(severity)\\\"}"
        return .respond(200, body: "{\"choices\": [{\"message\": {\"content\": \"\(verdict)\"}}]}")
    }

    private func messages(_ site: Site) throws -> Int { try site.store.messages(of: IncidentID(rawValue: "01a")).count }

    @Test("text-first: the message is planned before anybody is asked, the description follows")
    func textFirst() async throws {
        let site = try site(.textFirst, says(true))
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.desk.take(.new(incident))
        #expect(try messages(site) == 1 && site.stub.requests.isEmpty)
        await site.desk.look(at: incident) { [Data([1])] }
        let stored = try #require(try site.store.incident(incident.id))
        #expect(stored.secondLook?.description == "A box." && stored.severity == .medium)
        #expect(try messages(site) == 1)
    }

    @Test("hold: nobody is told before the answer; a yes is told, and can only raise the severity")
    func holdYes() async throws {
        let site = try site(.hold, says(true))
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.desk.take(.new(incident))
        #expect(try messages(site) == 0)
        #expect(try site.store.incident(incident.id)?.stage == .candidate)
        var later = incident
        later.stage = .growing
        _ = try await site.desk.take(.update(later))
        #expect(try messages(site) == 0)
        await site.desk.look(at: incident) { [Data([1])] }
        let stored = try #require(try site.store.incident(incident.id))
        #expect(stored.stage == .growing && stored.severity == .high && stored.secondLook?.happened == true)
        #expect(try messages(site) == 1)
    }

    @Test("hold: a no keeps the incident and tells nobody")
    func holdNo() async throws {
        let site = try site(.hold, says(false, "low"))
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.desk.take(.new(incident))
        await site.desk.look(at: incident) { [Data([1])] }
        let stored = try #require(try site.store.incident(incident.id))
        #expect(stored.alerting == .silent && stored.stage == .confirmed && stored.severity == .medium)
        #expect(try messages(site) == 0)
    }

    @Test(
        "hold: wrong, broken and missing answers change nothing: people are told",
        arguments: [
            HTTPStub.Answer.respond(200, body: "I think so"), .respond(500), .close,
        ])
    func holdBad(answer: HTTPStub.Answer) async throws {
        let site = try site(.hold, answer)
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.desk.take(.new(incident))
        await site.desk.look(at: incident) { [Data([1])] }
        #expect(try messages(site) == 1)
        #expect(try site.store.incident(incident.id)?.secondLook == nil)
    }

    @Test("hold: a server that says nothing is waited for so long and no longer")
    func holdSilence() async throws {
        let site = try site(.hold, .silence)
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.desk.take(.new(incident))
        let looking = Task { await site.desk.look(at: incident) { [Data([1])] } }
        await site.stub.waitForRequests(1)
        #expect(try messages(site) == 0)
        await site.clock.waitForSleepers(1)
        site.clock.advance(seconds: 7)
        await looking.value
        #expect(try messages(site) == 1)
    }

    @Test("what a crash left waiting is told at the next start")
    func forgotten() async throws {
        let site = try site(.hold, .silence)
        defer { site.stub.stop() }
        var waiting = try incident()
        waiting.stage = .candidate
        try site.store.commit(.new(waiting))
        await site.desk.releaseForgotten()
        #expect(try messages(site) == 1 && site.store.heldIncidents().isEmpty)
    }

    @Test("frames that can't be had: no question, no harm")
    func noFrames() async throws {
        struct Gone: Error {}
        let site = try site(.hold, says(false))
        defer { site.stub.stop() }
        let incident = try incident()
        _ = try await site.desk.take(.new(incident))
        await site.desk.look(at: incident) { throw Gone() }
        #expect(try messages(site) == 1 && site.stub.requests.isEmpty)
    }
}
