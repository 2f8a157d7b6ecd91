import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import Recording

@Suite("How long clips stay", .mayWait)
struct RetentionTests {
    private let now = Date(timeIntervalSince1970: 1_780_000_000)
    private let day = 86_400.0

    private func kept(_ incidents: [KeptClip.Shown]) throws -> KeptClip {
        let camera = try #require(CameraID(rawValue: "dock"))
        return KeptClip(
            clip: Clip(
                id: ClipID(rawValue: "a"), camera: camera, path: "dock/a.mp4", startDate: now - 40 * day,
                start: MediaTime(pts90k: 0)), incidents: incidents)
    }

    private func shown(
        _ days: Double, _ severity: Severity = .medium, _ review: Review? = nil, protected: Bool = false
    ) -> KeptClip.Shown {
        KeptClip.Shown(severity: severity, review: review, isProtected: protected, endDate: now - days * day)
    }

    @Test("the general time counts, another for the severity or the review, and the first rule that fits")
    func rules() throws {
        let policy = RetentionPolicy(
            keepSeconds: 30 * day,
            rules: [
                .init(reviews: [.notAnIncident], keepSeconds: 3 * day),
                .init(severities: [.high], keepSeconds: 90 * day),
                .init(reviews: [.training], keepSeconds: nil),
            ])
        #expect(try !policy.isExpired(kept([shown(29)]), now: now))
        #expect(try policy.isExpired(kept([shown(31)]), now: now))
        #expect(try !policy.isExpired(kept([shown(31, .high)]), now: now))
        #expect(try policy.isExpired(kept([shown(4, .high, .notAnIncident)]), now: now))
        #expect(try !policy.isExpired(kept([shown(4000, .low, .training)]), now: now))
    }

    @Test("a clip stays while one of its incidents wants it, and for ever when one is protected")
    func several() throws {
        let policy = RetentionPolicy(keepSeconds: 30 * day)
        #expect(try !policy.isExpired(kept([shown(31), shown(29)]), now: now))
        #expect(try !policy.isExpired(kept([shown(31), shown(400, protected: true)]), now: now))
        #expect(try policy.isExpired(kept([]), now: now))
        #expect(try !RetentionPolicy(keepSeconds: nil).isExpired(kept([shown(4000)]), now: now))
    }
}

@Suite("The disk guard", .mayWait)
struct DiskGuardTests {
    let fixture: RecordingFixture
    let disk = TroubledDisk()
    let notices = NoticeRecorder()

    init() throws { fixture = try RecordingFixture() }

    private func setUp(_ policy: RetentionPolicy, priorities: [CameraPriority] = []) throws -> (
        DiskGuard, [ClipRecorder], ClipFolders
    ) {
        let folders = ClipFolders(root: fixture.root, fileSystem: disk, notices: notices)
        let recorders = priorities.map { _ in fixture.recorder(folders: folders) }
        let pairs = Array(zip(recorders, priorities))
        let diskGuard = DiskGuard(
            folders: folders, store: fixture.store, policy: policy, clock: fixture.clock
        ) { pairs.map { (recorder: $0.0, priority: $0.1) } }
        return (diskGuard, recorders, folders)
    }

    private func clips(_ names: [String], _ folders: ClipFolders) throws {
        for (index, name) in names.enumerated() {
            let incident = try fixture.incident("i-\(name)", from: Double(index), to: Double(index) + 1, phase: .ended)
            try FinishedClip.make(fixture, folders, name, incident)
        }
    }

    private func left() throws -> [String] { try fixture.store.unwatched.clips(in: .finished).map(\.id.rawValue) }

    @Test("what is too old goes, with poster and sidecar; links that expired long ago go too")
    func age() throws {
        let (diskGuard, _, folders) = try setUp(RetentionPolicy(keepSeconds: 86_400, reserveBytes: 0))
        try clips(["a", "b"], folders)
        try fixture.store.unwatched.setProtected(incident: IncidentID(rawValue: "i-b"), true)
        _ = try fixture.store.unwatched.newLink(IncidentID(rawValue: "i-a"), expiresAt: fixture.clock.now() + 10)
        #expect(try diskGuard.look().expired == 0)
        fixture.clock.advance(seconds: 10 * 86_400)
        #expect(try diskGuard.look().expired == 1)
        #expect(try left() == ["b"])
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.file("aisle-4/2026-05-01").path)
        #expect(names.sorted() == ["b.jpg", "b.json", "b.mp4"])
        #expect(try fixture.store.unwatched.removeLinks(expiredBefore: fixture.clock.now()) == 0)
    }

    @Test("more than all clips together may have: the oldest go")
    func size() throws {
        let (diskGuard, _, folders) = try setUp(RetentionPolicy(keepSeconds: nil, maxBytes: 10, reserveBytes: 0))
        try clips(["a", "b", "c"], folders)
        #expect(try diskGuard.look().expired == 1)
        #expect(try left() == ["b", "c"])
    }

    @Test(
        "a full disk: the oldest unprotected go until the reserve is free, and somebody is told, and told when it is over"
    )
    func reserve() throws {
        let (diskGuard, recorders, folders) = try setUp(
            RetentionPolicy(keepSeconds: nil, reserveBytes: 2_500), priorities: [.low])
        try clips(["a", "b", "c", "d"], folders)
        try fixture.store.unwatched.setProtected(incident: IncidentID(rawValue: "i-a"), true)
        disk.availableBytes = 1_000
        let outcome = try diskGuard.look()
        #expect(outcome.early == 2 && outcome.availableBytes == 3_000)
        #expect(try left() == ["a", "d"])
        #expect(notices.open == ["disk_low"] && recorders.allSatisfy { !$0.isPaused })
        disk.availableBytes = 9_000
        try diskGuard.look()
        // A disk that is full again and again is told once.
        #expect(notices.open == ["disk_low"])
        fixture.clock.advance(seconds: 600)
        try diskGuard.look()
        #expect(notices.open.isEmpty)
    }

    @Test("a full disk without a reserve: a writer that finds it full still gets room, and protected clips stay")
    func noReserve() throws {
        let (diskGuard, _, folders) = try setUp(RetentionPolicy(keepSeconds: nil, reserveBytes: 0))
        try clips(["a", "b"], folders)
        try fixture.store.unwatched.setProtected(incident: IncidentID(rawValue: "i-a"), true)
        disk.availableBytes = 0
        #expect(try diskGuard.look().early == 0)
        #expect(folders.makeRoom())
        #expect(try left() == ["a"] && notices.open == ["disk_low"])
        #expect(!folders.makeRoom())
    }

    @Test("when nothing more may go, low-priority cameras stop first, the others later, and all come back")
    func priorities() async throws {
        let (diskGuard, recorders, folders) = try setUp(
            RetentionPolicy(keepSeconds: nil, reserveBytes: 10_000), priorities: [.low, .normal, .high])
        try clips(["a"], folders)
        try fixture.store.unwatched.setProtected(incident: IncidentID(rawValue: "i-a"), true)
        // One recorder's camera stands for three here, so the guard is asked through what it tells each of them.
        disk.availableBytes = 9_000
        try diskGuard.look()
        #expect(recorders.map(\.isPaused) == [true, false, false])
        #expect(notices.open == ["disk_low", "recording_stopped"])
        fixture.feed(try fixture.packets(fixture.video(seconds: 5)))
        await #expect(throws: RecordingError.paused(camera: "aisle-4")) {
            try await recorders[0].handle(.new(fixture.incident(from: 3, to: 4)))
        }
        disk.availableBytes = 4_000
        try diskGuard.look()
        #expect(recorders.map(\.isPaused) == [true, true, false])
        disk.availableBytes = 50_000
        try diskGuard.look()
        #expect(recorders.map(\.isPaused) == [false, false, false])
        #expect(notices.open.isEmpty)
        #expect(try left() == ["a"])
    }
}
