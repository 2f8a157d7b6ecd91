import Domain
import Foundation
import Logging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Alerts

/// What a broker sees of the cameras, from a real database.
@Suite("Camera switch", .timeLimit(.minutes(2)))
struct CameraSwitchTests {
    private struct Trigger: IncidentTrigger {
        func trigger(
            camera: CameraID, kind: IncidentKind, severity: Severity, reason: String, by: String
        ) async throws -> IncidentID { IncidentID(rawValue: "01z") }
    }

    private final class Online: Sendable {
        let cameras = Mutex<Set<CameraID>>([Samples.aisle4])
    }

    private let folder: TemporaryDirectory
    private let store: Store
    private let clock = ManualClock(date: Samples.start)
    private let online = Online()
    private let site: CameraSwitch
    private let dock = Samples.camera("dock")

    init() throws {
        folder = try TemporaryDirectory()
        store = try Store(path: folder.file("site.sqlite").path, clock: clock)
        site = CameraSwitch(
            store: store, trigger: Trigger(), clock: clock,
            answers: AnswerService(
                store: store, clock: clock, texts: { AlertTexts(timeZone: Samples.berlin) }, onChange: { _ in },
                logger: Logger(label: "test"))
        ) { [online] in
            online.cameras.withLock { $0 }
        }
    }

    private func state() async throws -> SiteState {
        try #require(await site.state(of: [Samples.aisle4, dock], toldThrough: "broker"))
    }

    @Test("a snooze holds one camera's alerts back, or all cameras', and ends by itself or when it is asked to")
    func snoozes() async throws {
        try await site.setSnoozed(dock, seconds: 3600)
        var now = try await state()
        #expect(now.cameras[dock]?.isSnoozed == true && now.cameras[Samples.aisle4]?.isSnoozed == false)
        #expect(!now.isSnoozed)
        try await site.setSnoozed(nil, seconds: 60)
        now = try await state()
        #expect(now.isSnoozed && now.cameras[Samples.aisle4]?.isSnoozed == true)
        try await site.setSnoozed(dock, seconds: 0)
        // All are still snoozed, and the dock is one of them.
        #expect(try await state().cameras[dock]?.isSnoozed == true)
        clock.advance(seconds: 61)
        now = try await state()
        #expect(!now.isSnoozed && now.cameras[dock]?.isSnoozed == false)
        // Neither is a maintenance.
        #expect(now.cameras[dock]?.isEnabled == true)
    }

    @Test("a snooze that a person made longer is not shortened, and one of a zone is no snooze of the camera")
    func others() async throws {
        let start = clock.now()
        try store.unwatched.add(Snooze(camera: dock, from: start, until: start + 7200, by: "ann"))
        try store.unwatched.add(
            Snooze(camera: Samples.aisle4, zone: "Ramp", from: start, until: start + 7200, by: "ann"))
        try await site.setSnoozed(dock, seconds: 600)
        #expect(try store.unwatched.snoozes(at: start).count == 2)
        #expect(try await state().cameras[Samples.aisle4]?.isSnoozed == false)
        clock.advance(seconds: 700)
        #expect(try await state().cameras[dock]?.isSnoozed == true)
    }

    @Test("an incident goes on for a channel as long as it does, if the channel was told of it")
    func incidents() async throws {
        var incident = Samples.incident()
        func commit(_ event: IncidentEvent, _ channel: String) throws {
            try store.unwatched.commit(event) { _ in
                [PlannedAlert(channel: channel, recipient: "", text: "{}")]
            }
        }
        try commit(.new(incident), "sms")
        #expect(try await state().cameras[Samples.aisle4]?.hasIncident == false)
        var told = Samples.incident("01b")
        try commit(.new(told), "broker")
        #expect(try await state().cameras[Samples.aisle4]?.hasIncident == true)
        #expect(try await state().cameras[dock]?.hasIncident == false)
        told.phase = .ended
        try commit(.end(told), "broker")
        #expect(try await state().cameras[Samples.aisle4]?.hasIncident == false)
        incident.phase = .ended
        try commit(.end(incident), "sms")
    }

    @Test("who follows the changes hears of a snooze, of its end by itself and of a camera that is gone")
    func changes() async throws {
        var changes = site.changes().makeAsyncIterator()
        try await site.setSnoozed(dock, seconds: 30)
        await changes.next()
        #expect(try await state().cameras[dock]?.isSnoozed == true)
        await clock.waitForSleepers()
        clock.advance(seconds: 31)
        await changes.next()
        #expect(try await state().cameras[dock]?.isSnoozed == false)
        online.cameras.withLock { $0 = [] }
        await clock.waitForSleepers()
        clock.advance(seconds: 1)
        await changes.next()
        #expect(try await state().cameras[Samples.aisle4]?.isOnline == false)
    }
}
