import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import Alerts

@Suite("Notices about the installation")
struct NoticeServiceTests {
    let folder: TemporaryDirectory
    let clock = ManualClock(date: Samples.start)
    let log = LogRecorder()
    let store: Store

    init() throws {
        folder = try TemporaryDirectory()
        store = try Store(path: folder.file("a.db").path, clock: clock)
    }

    private func desk() -> NoticeService {
        NoticeService(
            store: store,
            recipients: [
                .init(channel: "sms", recipients: ["+1"], minSeverity: .high),
                .init(channel: "mail", recipients: ["a@b.c"]),
            ], texts: AlertTexts(timeZone: Samples.berlin, cameraNames: [Samples.aisle4: "Aisle 4"]), clock: clock,
            logger: log.logger)
    }

    private var offline: OperationalNotice { .cameraOffline(Samples.aisle4, since: Samples.start) }

    private func told() throws -> [String] {
        try store.unwatched.messages().reversed().map {
            "\($0.alert.channel) \($0.alert.purpose.name) \($0.state.rawValue)"
        }
    }

    @Test("it is told once, however often it is raised, also after a restart")
    func once() async throws {
        let desk = desk()
        for _ in 0..<3 { desk.raise(offline) }
        await desk.settle()
        #expect(try told() == ["sms notice pending", "mail notice pending"])
        #expect(
            try store.unwatched.messages().first?.alert.text
                == "Camera Aisle 4 has been offline since 14:02:31. Nothing is watched there.")
        let again = self.desk()
        again.raise(offline)
        await again.settle()
        #expect(try store.unwatched.messages().count == 2)
        #expect(try store.unwatched.openNotices().map(\.notice) == [offline])
    }

    @Test("who was told hears that it is over; who was not told yet hears nothing")
    func over() async throws {
        let desk = desk()
        desk.raise(offline)
        await desk.settle()
        let sms = try #require(try store.unwatched.messages().last)
        try store.unwatched.beginAttempt(sms.id)
        try store.unwatched.markSent(sms.id, at: clock.now())
        desk.clear(offline.key)
        await desk.settle()
        #expect(try told() == ["sms notice sent", "mail notice cancelled", "sms cleared pending"])
        #expect(try store.unwatched.openNotices().isEmpty)
        // It can happen again.
        desk.raise(offline)
        await desk.settle()
        #expect(try store.unwatched.openNotices().count == 1)
    }

    @Test("a channel that is stuck is told of by the others")
    func stuckChannel() async throws {
        let desk = desk()
        desk.raise(.outboxStuck(channel: "mail", waiting: 2, since: Samples.start))
        desk.raise(.outboxStuck(channel: "sms", waiting: 2, since: Samples.start))
        await desk.settle()
        // The severity is medium, which is not enough for the SMS.
        #expect(try told() == ["mail notice pending"])
    }

    @Test("what happens to a snoozed camera is told when the snooze is over and it still lasts")
    func snoozed() async throws {
        try store.unwatched.add(
            Snooze(camera: Samples.aisle4, mode: .maintenance, from: clock.now(), until: clock.now() + 600, by: "ann"))
        let desk = desk()
        desk.raise(offline)
        await desk.settle()
        #expect(try told().isEmpty && store.unwatched.openNotices().isEmpty)
        clock.advance(seconds: 600)
        desk.raise(offline)
        await desk.settle()
        #expect(try told().count == 2)
    }
}
