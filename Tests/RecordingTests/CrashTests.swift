import Domain
import Foundation
import Media
import Storage
import TestSupport
import Testing

@testable import Recording

/// A kill can't show a missing fsync. So the file operations of real recordings are written down, and for each prefix of
/// them a disk is made that holds only what was synced; the start-up salvage must then leave nothing wrong.
@Suite("Power cuts at every moment", .mayWait)
struct CrashTests {
    /// `make soak` looks at every prefix with every loss.
    fileprivate static let isSoak = ProcessInfo.processInfo.environment["AISLEWATCH_SOAK"] != nil

    @Test(
        "After any prefix of the file operations the salvage leaves clips that play, and nothing that check complains of"
    )
    func everyPrefix() async throws {
        let fixture = try RecordingFixture()
        let incidents = try await Self.record(fixture)
        let (journal, root) = incidents.journal
        try #require(journal.count > 60)
        var disk = CrashedDisk()
        var tried = 0
        let replay = try Replay(incidents.committed)
        for index in 0...journal.count {
            let rows = index == 0 ? [journal[0].before] : [journal[index - 1].after]
            let next = index < journal.count ? [journal[index].before] : []
            let losses: [CrashedDisk.Loss] =
                Self.isSoak ? CrashedDisk.Loss.allCases : [CrashedDisk.Loss.allCases[index % 3]]
            for state in Set(rows + next) {
                for loss in losses {
                    try replay.run(disk, root: root, rows: state, loss: loss, "after \(index) operations, loss \(loss)")
                    tried += 1
                }
            }
            if index < journal.count { disk.apply(journal[index].operation) }
        }
        print("crash simulator: \(journal.count) operations, \(tried) disks")
        #expect(tried > 60)
    }

    @Test("The simulator finds a missing sync")
    func canFail() async throws {
        let fixture = try RecordingFixture()
        let recorded = try await Self.record(fixture)
        let (journal, root) = recorded.journal
        var disk = CrashedDisk()
        for step in journal {
            if case .sync = step.operation { continue }
            disk.apply(step.operation)
        }
        let target = try TemporaryDirectory()
        try disk.write(root: root, to: target.url, loss: .contents)
        let store = try Store(path: target.file("a.db").path, clock: ManualClock())
        for incident in recorded.committed { try store.unwatched.commit(.new(incident)) }
        for clip in journal.last?.after ?? [] {
            try store.unwatched.insert(clip, incidents: recorded.committed.map(\.id))
            try store.unwatched.update(clip)
        }
        let folders = ClipFolders(root: target.url)
        try ClipSalvager(folders: folders, store: store).salvageAll()
        #expect(try ClipChecker(folders: folders, store: store, isRecording: false).check().problems > 0)
    }

    private struct Recorded {
        var journal: (steps: [JournalingDisk.Step], root: String)
        var committed: [Incident]
    }

    /// Two clips with posters and sidecars, a change of resolution, and a deletion.
    private static func record(_ fixture: RecordingFixture) async throws -> Recorded {
        let store = fixture.store
        let disk = JournalingDisk {
            let states: [Clip.State] = [.recording, .finished, .tombstone]
            return states.flatMap { (try? store.unwatched.clips(in: $0)) ?? [] }.sorted {
                $0.id.rawValue < $1.id.rawValue
            }
        }
        let root = fixture.folder.file("journal")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let folders = ClipFolders(root: root, fileSystem: disk)
        let recorder = fixture.recorder(folders: folders)
        let small = try fixture.video("s.ts", seconds: 9),
            large = try fixture.video("l.ts", seconds: 9, size: "320x240")
        let both = fixture.folder.file("both.ts")
        try (Data(contentsOf: small) + Data(contentsOf: large)).write(to: both)
        let items = try fixture.packets(both)
        fixture.feed(items[..<60])
        var incident = try fixture.incident(from: 4, to: 5)
        try await recorder.prepare(incident)
        try await recorder.handle(.new(incident))
        incident.end = MediaTime(seconds: 10)
        try await recorder.handle(.end(incident.ended()))
        fixture.feed(items[60...])
        fixture.ring.finish()
        await recorder.waitUntilDone()
        if let clip = try store.unwatched.clips(in: .finished).first {
            try ClipRemover(folders: folders, store: store).remove(clip)
        }
        return Recorded(journal: (disk.steps, root.path), committed: [incident])
    }

    /// One database for all prefixes: opening one takes longer than a salvage.
    private struct Replay {
        private let folder: TemporaryDirectory
        private let store: Store
        private let incidents: [Incident]

        init(_ incidents: [Incident]) throws {
            folder = try TemporaryDirectory()
            store = try Store(path: folder.file("a.db").path, clock: ManualClock())
            self.incidents = incidents
            for incident in incidents { try store.unwatched.commit(.new(incident)) }
        }

        func run(
            _ disk: CrashedDisk, root: String, rows: [Clip], loss: CrashedDisk.Loss, _ comment: Comment
        ) throws {
            let target = folder.file("disk")
            try? FileManager.default.removeItem(at: target)
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            try disk.write(root: root, to: target, loss: loss)
            for row in rows {
                try store.unwatched.insert(row, incidents: incidents.map(\.id))
                try store.unwatched.update(row)
            }
            let folders = ClipFolders(root: target)
            let outcomes = try ClipSalvager(folders: folders, store: store).salvageAll()
            for case .failed(let clip, let reason) in outcomes { Issue.record("\(comment): \(clip): \(reason)") }
            let report = try ClipChecker(folders: folders, store: store, isRecording: false).check()
            // What a cut-off write has left is harmless, and a repair takes it away; nothing may be unknown.
            let findings = report.findings.filter { $0.kind != .leftover }
            #expect(findings.isEmpty, comment)
            for clip in try store.unwatched.clips(in: .finished) {
                if rows.contains(where: { $0.id == clip.id && $0.state == .recording }) {
                    let file = try #require(folders.files.url(clip.path))
                    // Cut after a whole fragment, or with the index that a proper end has.
                    let scan = try FragmentScanner(file)
                    #expect(scan.wholeBytes > 0 && scan.fileBytes - scan.wholeBytes < 1_000, comment)
                    if CrashTests.isSoak { #expect(try TestVideo.complaints(decoding: file) == "", comment) }
                }
                try store.unwatched.markTombstone(clip.id)
                try store.unwatched.removeTombstone(clip.id)
            }
        }
    }
}
