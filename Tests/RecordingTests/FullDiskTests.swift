import Domain
import Foundation
import Media
import Storage
import TestSupport
import Testing

@testable import Recording

/// Three cameras of different priority record onto a real tmpfs that somebody fills to the last byte.
@Suite(
    "A disk that is full to the last byte", .serialized,
    .enabled(if: PrivateTmpfs.refusal == nil, "\(PrivateTmpfs.refusal ?? "")"), .mayWait)
struct FullDiskTests {
    private struct Site {
        let fixture: RecordingFixture
        let disk: PrivateTmpfs
        let folders: ClipFolders
        let notices = NoticeRecorder()
        let lines = LogLines()
        let cameras: [(recorder: ClipRecorder, ring: PacketRing, priority: CameraPriority)]
        let diskGuard: DiskGuard

        static let reserveBytes: Int64 = 1 << 20
        /// Ids of new clips sort behind these.
        static let oldPrefix = "00-"
        static let names: [(String, CameraPriority)] = [("low", .low), ("normal", .normal), ("high", .high)]

        /// - Parameter hasFallback: There is another folder, on a disk with room.
        init(hasFallback: Bool = false) throws {
            fixture = try RecordingFixture()
            disk = try PrivateTmpfs.cleared()
            folders = ClipFolders(
                root: disk.root.appending(path: "clips"),
                fallback: hasFallback ? fixture.folder.file("fallback") : nil, notices: notices, logger: lines.logger)
            folders.establish(newest: nil)
            var settings = RecordingSettings(preRollSeconds: 2, postRollSeconds: 2, maxClipSeconds: 60)
            settings.retrySeconds = 0.02
            settings.patienceSeconds = 300
            let fixture = fixture, folders = folders, logger = lines.logger
            cameras = try Self.names.map { name, priority in
                let ring = PacketRing(seconds: 60, maxBytes: 1 << 28)
                let recorder = ClipRecorder(
                    camera: try #require(CameraID(rawValue: name)), folders: folders, ring: ring, store: fixture.store,
                    settings: settings, clock: fixture.clock,
                    makeID: { ClipID(rawValue: fixture.ids.next(at: $0)) }, logger: logger)
                return (recorder, ring, priority)
            }
            let pairs = cameras.map { (recorder: $0.recorder, priority: $0.priority) }
            diskGuard = DiskGuard(
                folders: folders, store: fixture.store,
                policy: RetentionPolicy(keepSeconds: nil, reserveBytes: Self.reserveBytes), clock: fixture.clock,
                logger: logger
            ) { pairs }
        }

        func feed(_ items: some Sequence<RingItem>) {
            for item in items {
                for camera in cameras { camera.ring.append(item.packet, parameters: item.parameters) }
            }
        }

        func incident(_ name: String, of camera: Int, from start: Double, to end: Double) throws -> Incident {
            try fixture.incident(
                "\(name)-\(Self.names[camera].0)", from: start, to: end, camera: cameras[camera].recorder.camera)
        }

        /// What the daemon does every few seconds.
        func look() throws {
            try diskGuard.look()
            for camera in cameras { camera.recorder.look() }
        }

        /// Warnings, errors and worse that were logged more than once; clips are all the same here.
        var repeatedWarnings: [String] {
            let texts = lines.all.filter { line in
                ["warning", "error", "critical"].contains { line.hasPrefix($0) }
            }.map { $0.replacing(/[0-9a-z]{26}/, with: "ID") }
            return Dictionary(grouping: texts) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
        }

        var paused: [Bool] { cameras.map(\.recorder.isPaused) }

        /// An old clip of 450 kB, with its poster and sidecar.
        func old(_ name: String, isProtected: Bool = false) throws {
            let incident = try fixture.incident("i-\(name)", from: 1, to: 2, phase: .ended)
            try FinishedClip.make(fixture, folders, name, incident, content: String(repeating: "v", count: 150_000))
            if isProtected { try fixture.store.unwatched.setProtected(incident: incident.id, true) }
        }

        func oldOnes() throws -> [String] {
            try fixture.store.unwatched.clips(in: .finished).map(\.id.rawValue).filter { $0.hasPrefix(Self.oldPrefix) }
                .sorted()
        }
    }

    /// `make soak` tries more moments.
    private static let moments: [Int] =
        ProcessInfo.processInfo.environment["AISLEWATCH_SOAK"] == nil
        ? [83] : Array(stride(from: 71, through: 119, by: 2))

    @Test(
        "the oldest unprotected clips go, the recordings lose nothing, and somebody is told", .timeLimit(.minutes(20)),
        arguments: moments)
    func makesRoom(moment: Int) async throws {
        let site = try Site()
        let names = (1...6).map { "\(Site.oldPrefix)\($0)" }
        for name in names { try site.old(name, isProtected: name == names[1]) }
        try site.look()
        #expect(site.notices.open.isEmpty && site.paused == [false, false, false])
        let items = try site.fixture.packets(site.fixture.video())
        site.feed(items[..<moment])
        var incidents: [Incident] = []
        for camera in 0..<3 {
            let incident = try site.incident("one", of: camera, from: 6, to: 7)
            try await site.cameras[camera].recorder.handle(.new(incident))
            incidents.append(incident)
        }
        // Now there is no byte left, while three recordings go on.
        try site.disk.fill(untilFree: 0)
        #expect(site.disk.freeBytes() == 0)
        for camera in 0..<3 {
            try await site.cameras[camera].recorder.handle(.end(incidents[camera].ended(at: 14)))
        }
        site.feed(items[moment...])
        try await eventually { () -> Bool? in
            try site.look()
            return site.cameras.allSatisfy { $0.recorder.openRecordings == 0 } ? true : nil
        }
        // From the oldest on, without the protected one; so what is left is the end of the list.
        let left = try site.oldOnes()
        #expect(left.count < 6 && left.contains(names[1]))
        #expect(left.filter { $0 != names[1] } == Array(names.suffix(left.count - 1)))
        #expect(site.notices.raised.contains { $0.kind == "disk_low" })
        try site.disk.empty()
        try await expectWhole(site, incidents, from: 4, to: 16)
        // Not at once: it will be full again soon.
        #expect(site.notices.open == ["disk_low"])
        site.fixture.clock.advance(seconds: 600)
        try site.look()
        #expect(site.notices.open.isEmpty && site.paused == [false, false, false])
    }

    @Test(
        "when nothing may go, cameras stop by their priority, the first ones record to the last byte, and all go on when there is room",
        .timeLimit(.minutes(20)))
    func priorities() async throws {
        let site = try Site()
        let kept = Site.oldPrefix + "1"
        try site.old(kept, isProtected: true)
        let items = try site.fixture.packets(site.fixture.video())
        site.feed(items[..<80])
        try site.disk.fill(untilFree: Site.reserveBytes * 3 / 4)
        try site.look()
        #expect(site.paused == [true, false, false])
        #expect(site.notices.open == ["disk_low", "recording_stopped"])
        let low = try site.incident("one", of: 0, from: 6, to: 7)
        await #expect(throws: RecordingError.paused(camera: "low")) {
            try await site.cameras[0].recorder.handle(.new(low))
        }
        try site.disk.fill(untilFree: Site.reserveBytes / 4)
        try site.look()
        #expect(site.paused == [true, true, false])
        #expect(site.notices.open == ["disk_low", "recording_stopped", "recording_stopped"])
        // The one that goes on is met by the last byte in the middle of its clip.
        let high = try site.incident("one", of: 2, from: 6, to: 7)
        try await site.cameras[2].recorder.handle(.new(high))
        try site.disk.fill(untilFree: 0)
        try await site.cameras[2].recorder.handle(.end(high.ended(at: 14)))
        site.feed(items[80...])
        for _ in 0..<5 { try site.look() }
        #expect(site.paused == [true, true, false] && site.cameras[2].recorder.openRecordings == 1)
        #expect(site.cameras[2].recorder.lostSeconds == 0)
        #expect(try site.oldOnes() == [kept])
        // There is room again.
        try site.disk.empty()
        try site.look()
        #expect(site.paused == [false, false, false] && site.notices.open.isEmpty)
        try await expectWhole(site, [high], from: 4, to: 16)
        // And those that had stopped record.
        let again = try site.incident("two", of: 0, from: 16, to: 17)
        try await site.cameras[0].recorder.handle(.new(again))
        try await site.cameras[0].recorder.handle(.end(again.ended()))
        // No packet follows that would tell it that its time is over.
        site.cameras[0].ring.finish()
        try await expectWhole(site, [again], from: 14, to: 19)
    }

    @Test(
        "when nothing may go and the fallback folder has room, all go on there, it is said once, and they come back",
        .timeLimit(.minutes(20)))
    func fallback() async throws {
        let site = try Site(hasFallback: true)
        try site.old(Site.oldPrefix + "1", isProtected: true)
        let items = try site.fixture.packets(site.fixture.video())
        site.feed(items[..<80])
        try site.look()
        #expect(site.notices.open.isEmpty)
        try site.disk.fill(untilFree: 0)
        try site.look()
        #expect(site.paused == [false, false, false])
        var incidents: [Incident] = []
        for camera in 0..<3 {
            let incident = try site.incident("one", of: camera, from: 6, to: 7)
            try await site.cameras[camera].recorder.handle(.new(incident))
            try await site.cameras[camera].recorder.handle(.end(incident.ended()))
            incidents.append(incident)
        }
        site.feed(items[80...])
        for _ in 0..<20 { try site.look() }
        try await expectWhole(site, incidents, from: 4, to: 9)
        for incident in incidents {
            let clips = try site.fixture.store.unwatched.clips(of: incident.id)
            #expect(!clips.isEmpty && clips.allSatisfy { $0.path.hasPrefix("@fallback/") })
        }
        #expect(site.notices.open == ["disk_low", "storage_fallback"])
        #expect(site.repeatedWarnings == [])
        // There is room again.
        try site.disk.empty()
        try site.look()
        #expect(site.notices.open.isEmpty)
        let again = try site.incident("two", of: 1, from: 16, to: 17)
        try await site.cameras[1].recorder.handle(.new(again))
        try await site.cameras[1].recorder.handle(.end(again.ended()))
        site.cameras[1].ring.finish()
        try await expectWhole(site, [again], from: 14, to: 19)
        let clips = try site.fixture.store.unwatched.clips(of: again.id)
        #expect(!clips.isEmpty && clips.allSatisfy { $0.path.hasPrefix("normal/") })
    }

    @Test("a full disk without another folder is said once, however often it is tried again", .timeLimit(.minutes(20)))
    func saidOnce() async throws {
        let site = try Site()
        let items = try site.fixture.packets(site.fixture.video())
        site.feed(items[..<80])
        let incident = try site.incident("one", of: 2, from: 6, to: 7)
        try await site.cameras[2].recorder.handle(.new(incident))
        try site.disk.fill(untilFree: 0)
        try await site.cameras[2].recorder.handle(.end(incident.ended(at: 14)))
        site.feed(items[80...])
        // Many tries long: it is known to have met the full disk, and goes on for a while.
        try await eventually { site.lines.all.contains { $0.contains("No space left") } ? true : nil }
        for _ in 0..<50 {
            try site.look()
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(site.repeatedWarnings == [])
        #expect(site.cameras[2].recorder.openRecordings == 1 && site.cameras[2].recorder.lostSeconds == 0)
        try site.disk.empty()
        try await expectWhole(site, [incident], from: 4, to: 16)
    }

    /// Each incident's clips play and have every second; nothing was lost, and `check` finds nothing.
    private func expectWhole(_ site: Site, _ incidents: [Incident], from first: Double, to last: Double) async throws {
        try await eventually { () -> Bool? in
            try site.look()
            for camera in site.cameras { await camera.recorder.waitUntilDone() }
            return try site.fixture.store.unwatched.unfinishedClips().isEmpty ? true : nil
        }
        for incident in incidents {
            try expectNoGap(
                try site.fixture.store.unwatched.clips(of: incident.id), site.folders, from: first, to: last)
        }
        for camera in site.cameras { #expect(camera.recorder.lostSeconds == 0) }
        let report = try ClipChecker(folders: site.folders, store: site.fixture.store, isRecording: false).check()
        #expect(report.findings.filter { $0.kind != .leftover }.map(\.text) == [])
    }
}
