import Domain
import Foundation
import Media
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Recording

@Suite("Disks that fail while a clip is being written", .mayWait)
struct DiskTroubleTests {
    let fixture: RecordingFixture
    let disk = TroubledDisk()
    let notices = NoticeRecorder()
    var settings = RecordingSettings(preRollSeconds: 2, postRollSeconds: 2, maxClipSeconds: 60)

    init() throws {
        fixture = try RecordingFixture()
        settings.retrySeconds = 0.02
    }

    private func folders(fallback: Bool = true) -> ClipFolders {
        ClipFolders(
            root: fixture.root, fallback: fallback ? fixture.folder.file("fallback") : nil, fileSystem: disk,
            notices: notices)
    }

    @Test(
        "A clip folder that turns read-only, or vanishes, in the middle: the clip goes on in the fallback folder without a gap",
        arguments: [(EROFS, 80), (EIO, 83), (ENOENT, 89)])
    func goneInTheMiddle(code: Int32, moment: Int) async throws {
        let items = try fixture.packets(fixture.video())
        fixture.feed(items[..<moment])
        let folders = folders()
        let recorder = fixture.recorder(settings, folders: folders)
        let incident = try fixture.incident(from: 6, to: 7)
        let first = try #require(try await recorder.handle(.new(incident)))
        disk.trouble = .fails(below: fixture.root.path, code: code)
        try await recorder.handle(.end(incident.ended(at: 11)))
        fixture.feed(items[moment...])
        await recorder.waitUntilDone()
        #expect(notices.open == ["storage_fallback", "storage_gone"])
        // The disk is back: what was begun there is completed.
        disk.trouble = .none
        folders.probe()
        recorder.look()
        await recorder.waitUntilDone()
        #expect(notices.open.isEmpty)
        let clips = try fixture.store.unwatched.clips(of: incident.id)
        #expect(clips.count == 2 && clips.first?.id == first.id)
        #expect(clips.last?.path.hasPrefix("@fallback/aisle-4/") == true)
        try expectNoGap(clips, folders, from: 4, to: 13)
        #expect(recorder.lostSeconds == 0)
    }

    @Test("Without another folder the packets wait in memory until the disk is back")
    func waitsInMemory() async throws {
        let items = try fixture.packets(fixture.video())
        fixture.feed(items[..<80])
        let folders = folders(fallback: false)
        let recorder = fixture.recorder(settings, folders: folders)
        disk.trouble = .fails(below: fixture.root.path, code: EROFS)
        let incident = try fixture.incident(from: 6, to: 7)
        #expect(try await recorder.handle(.new(incident)) == nil)
        try await recorder.handle(.end(incident.ended()))
        fixture.feed(items[80...])
        #expect(try fixture.store.unwatched.unfinishedClips().isEmpty)
        disk.trouble = .none
        await recorder.waitUntilDone()
        let clips = try fixture.store.unwatched.clips(of: incident.id)
        #expect(clips.count == 1 && clips.first?.start == MediaTime(seconds: 4))
        try expectNoGap(clips, folders, from: 4, to: 9)
    }

    @Test(
        "What ends on a failing disk waits in memory as long as that lasts; only when the program ends it is given up")
    func endsOnFailingDisk() async throws {
        let items = try fixture.packets(fixture.video())
        fixture.feed(items[..<80])
        let folders = folders(fallback: false)
        let recorder = fixture.recorder(settings, folders: folders)
        let incident = try fixture.incident(from: 6, to: 7)
        try await recorder.handle(.new(incident))
        // All of it comes in, and the end can't be written.
        disk.fillsUpAtEnd = true
        try await recorder.handle(.end(incident.ended()))
        fixture.feed(items[80...])
        try await eventually { disk.failures >= 10 ? true : nil }
        #expect(recorder.openRecordings == 1 && recorder.lostSeconds == 0)
        #expect(!notices.open.contains("other"))
        disk.fillsUpAtEnd = false
        disk.trouble = .none
        await recorder.waitUntilDone()
        try await eventually { () -> Bool? in
            recorder.look()
            await recorder.waitUntilDone()
            return try fixture.store.unwatched.unfinishedClips().isEmpty ? true : nil
        }
        try expectNoGap(try fixture.store.unwatched.clips(of: incident.id), folders, from: 4, to: 9)
    }

    @Test("A disk that hangs is left behind; the other folder gets the whole rest")
    func hangs() async throws {
        let items = try fixture.packets(fixture.video())
        fixture.feed(items[..<80])
        let folders = folders()
        let recorder = fixture.recorder(settings, folders: folders)
        let incident = try fixture.incident(from: 6, to: 7)
        let first = try #require(try await recorder.handle(.new(incident)))
        disk.trouble = .hangs(below: fixture.root.path)
        try await recorder.handle(.end(incident.ended(at: 11)))
        fixture.feed(items[80...])
        disk.waitUntilHanging()
        let second = try await eventually { () -> Clip? in
            // Time passes until the one that hangs is left behind; who writes then is given the time it takes.
            if !notices.open.contains("storage_gone") {
                fixture.clock.advance(seconds: 11)
                recorder.look()
            }
            return try fixture.store.unwatched.clips(of: incident.id).first {
                $0.id != first.id && $0.state == .finished
            }
        }
        #expect(second.path.hasPrefix("@fallback/"))
        #expect(notices.open.contains("storage_gone"))
        disk.trouble = .none
        folders.probe()
        try await eventually { () -> Bool? in
            recorder.look()
            await recorder.waitUntilDone()
            return try fixture.store.unwatched.clip(first.id)?.state == .finished ? true : nil
        }
        try expectNoGap(try fixture.store.unwatched.clips(of: incident.id), folders, from: 4, to: 13)
    }

    @Test("Who waits for a writer that was left behind waits for the one that has taken over", .timeLimit(.minutes(5)))
    func successor() async throws {
        let items = try fixture.packets(fixture.video())
        fixture.feed(items[..<80])
        let folders = folders()
        let recorder = fixture.recorder(settings, folders: folders)
        let incident = try fixture.incident(from: 6, to: 7, phase: .ended)
        let cursor = fixture.ring.makeCursor(from: MediaTime(seconds: 4))
        let first = try #require(cursor.nextIfPresent())
        let writer = ClipWriter(
            recorder: recorder, cursor: cursor,
            plan: ClipPlan(start: first.packet.pts, incident: incident, settings: settings), first: first)
        disk.trouble = .hangs(below: fixture.root.path)
        writer.start()
        disk.waitUntilHanging()
        #expect(writer.takeOver(ifBusyFor: 10) == nil)
        fixture.clock.advance(seconds: 11)
        let next = try #require(writer.takeOver(ifBusyFor: 10))
        folders.failed(.primary, reason: "no answer")
        next.start()
        fixture.feed(items[80...])
        writer.close()
        await writer.waitUntilDone()
        #expect(next.isDone && !writer.isDone)
        #expect(next.clip?.state == .finished && next.clip?.path.hasPrefix("@fallback/") == true)
        #expect(!writer.update(incident) && !writer.extend(with: incident))
        disk.trouble = .none
    }

    @Test("A full fallback folder deletes nothing on the clips' disk, and the packets wait for either of them")
    func fullFallback() async throws {
        let items = try fixture.packets(fixture.video())
        fixture.feed(items[..<80])
        let folders = folders()
        let recorder = fixture.recorder(settings, folders: folders)
        let deletions = Mutex(0)
        folders.onFull {
            deletions.withLock { $0 += 1 }
            return true
        }
        folders.failed(.primary, reason: "unplugged")
        disk.trouble = .fails(below: fixture.folder.file("fallback").path, code: ENOSPC)
        let incident = try fixture.incident(from: 6, to: 7)
        #expect(try await recorder.handle(.new(incident)) == nil)
        try await recorder.handle(.end(incident.ended()))
        fixture.feed(items[80...])
        try await eventually { disk.failures >= 5 ? true : nil }
        #expect(deletions.withLock { $0 } == 0)
        folders.probe()
        await recorder.waitUntilDone()
        let clips = try fixture.store.unwatched.clips(of: incident.id)
        #expect(clips.count == 1 && clips.allSatisfy { $0.path.hasPrefix("aisle-4/") })
        try expectNoGap(clips, folders, from: 4, to: 9)
        #expect(recorder.lostSeconds == 0)
    }

    @Test("Memory has a bound: then the oldest go, and that is said")
    func bounded() async throws {
        let items = try fixture.packets(fixture.video())
        fixture.feed(items[..<80])
        var settings = settings
        settings.maxHeldBytes = 60_000
        let folders = folders(fallback: false)
        let recorder = fixture.recorder(settings, folders: folders)
        disk.trouble = .fails(below: fixture.root.path, code: EIO)
        let incident = try fixture.incident(from: 6, to: 7)
        try await recorder.handle(.new(incident))
        fixture.feed(items[80..<190])
        recorder.look()
        #expect(recorder.lostSeconds > 0)
        #expect(notices.open.contains("other"))
        disk.trouble = .none
        try await recorder.handle(.end(incident.ended(at: 17)))
        fixture.feed(items[190...])
        await recorder.waitUntilDone()
        let clip = try #require(try fixture.store.unwatched.clips(of: incident.id).last)
        #expect(clip.state == .finished)
        #expect(try TestVideo.complaints(decoding: fixture.file(clip.path)) == "")
    }

    @Test("A full disk: the oldest unprotected clips make room, and the clip loses nothing")
    func full() async throws {
        let items = try fixture.packets(fixture.video())
        let folders = folders(fallback: false)
        let recorder = fixture.recorder(settings, folders: folders)
        for name in ["1-old", "2-kept", "3-new"] {
            let incident = try fixture.incident(IncidentID(rawValue: name).rawValue, from: 1, to: 2, phase: .ended)
            try FinishedClip.make(fixture, folders, name, incident)
        }
        try fixture.store.unwatched.setProtected(incident: IncidentID(rawValue: "2-kept"), true)
        let diskGuard = DiskGuard(
            folders: folders, store: fixture.store, policy: RetentionPolicy(reserveBytes: 1_000), clock: fixture.clock)
        fixture.feed(items[..<80])
        let incident = try fixture.incident(from: 6, to: 7)
        try await recorder.handle(.new(incident))
        disk.availableBytes = 0
        disk.trouble = .fails(below: fixture.root.path + "/aisle-4/2026-05-28", code: ENOSPC)
        let waiting = Task { [fixture] in
            try await recorder.handle(.end(incident.ended(at: 11)))
            fixture.feed(items[80...])
        }
        try await waiting.value
        // The disk says it is full until something has been deleted.
        try await eventually { () -> Bool? in
            try fixture.store.unwatched.clip(ClipID(rawValue: "1-old")) == nil ? true : nil
        }
        disk.trouble = .none
        await recorder.waitUntilDone()
        // What was begun before is completed at the next look.
        recorder.look()
        await recorder.waitUntilDone()
        #expect(try fixture.store.unwatched.clip(ClipID(rawValue: "2-kept")) != nil)
        #expect(try fixture.store.unwatched.clip(ClipID(rawValue: "3-new")) != nil)
        try expectNoGap(try fixture.store.unwatched.clips(of: incident.id), folders, from: 4, to: 13)
        withExtendedLifetime(diskGuard) {}
    }
}
