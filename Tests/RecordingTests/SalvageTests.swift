import Domain
import Foundation
import Media
import Storage
import TestSupport
import Testing

@testable import Recording

@Suite("Interrupted clips are saved at the next start", .mayWait)
struct SalvageTests {
    let fixture: RecordingFixture

    init() throws { fixture = try RecordingFixture() }

    private var salvager: ClipSalvager { ClipSalvager(folders: ClipFolders(root: fixture.root), store: fixture.store) }

    /// A clip as a crash leaves it: a row, and a file without an end.
    private func interrupted(packets: Int, gop: Int = 10) throws -> Clip {
        let file = try TestVideo.make(fixture.folder.file("a.mp4"), size: "160x120", seconds: 10, gop: gop)
        let items = try fixture.packets(file)
        let incident = try fixture.incident(from: 3, to: 4)
        let id = ClipID(rawValue: "clip")
        let clip = Clip(
            id: id, camera: fixture.camera,
            path: ClipFiles.path(camera: fixture.camera, clip: id, date: RecordingFixture.date),
            startDate: RecordingFixture.date, start: MediaTime(seconds: 0), preRollSeconds: 3)
        try fixture.store.unwatched.insert(clip, incidents: [incident.id])
        let part = fixture.file(clip.temporaryPath)
        try DurableFiles().makeFolder(part.deletingLastPathComponent())
        let muxer = try ClipMuxer(path: part, parameters: items[0].parameters)
        for item in items.prefix(packets) { try muxer.write(item.packet) }
        return clip
    }

    @Test("Up to the last whole fragment, wherever the file breaks off", arguments: [1.0, 0.93, 0.6, 0.41])
    func cutAnywhere(part: Double) throws {
        let clip = try interrupted(packets: 100)
        let file = fixture.file(clip.temporaryPath)
        let data = try Data(contentsOf: file)
        try data.prefix(Int(Double(data.count) * part)).write(to: file)
        guard case .saved(let saved)? = try salvager.salvageAll().first else {
            Issue.record("not saved")
            return
        }
        #expect(saved.state == .finished)
        #expect(try fixture.store.unwatched.clip(clip.id) == saved)
        #expect(saved.durationSeconds > 10 * part - 2.2 && saved.durationSeconds <= 10)
        #expect(try TestVideo.complaints(decoding: fixture.file(saved.path)) == "")
        let digest = try FileDigest(of: fixture.file(saved.path))
        #expect(saved.bytes == digest.bytes && saved.sha256 == digest.sha256)
        #expect(FileManager.default.fileExists(atPath: fixture.file(saved.posterPath).path))
        #expect(FileManager.default.fileExists(atPath: fixture.file(saved.sidecarPath).path))
        #expect(!FileManager.default.fileExists(atPath: file.path))
        #expect(try salvager.salvageAll().isEmpty)
    }

    @Test("Zeros at the end, as a power cut leaves them, are cut off")
    func zeros() throws {
        let clip = try interrupted(packets: 100)
        let file = fixture.file(clip.temporaryPath)
        let whole = try FragmentScanner(file).wholeBytes
        try (Data(contentsOf: file) + Data(count: 5_000)).write(to: file)
        #expect(try FragmentScanner(file).wholeBytes == whole)
        guard case .saved(let saved)? = try salvager.salvageAll().first else {
            Issue.record("not saved")
            return
        }
        #expect(saved.bytes == whole)
    }

    @Test("A clip without one whole fragment, and one without a file, go")
    func nothing() throws {
        let clip = try interrupted(packets: 3, gop: 100)
        #expect(try salvager.salvageAll() == [.nothingInIt(clip.id)])
        #expect(try fixture.store.unwatched.clip(clip.id) == nil)
        #expect(!FileManager.default.fileExists(atPath: fixture.file(clip.temporaryPath).path))
        try fixture.store.unwatched.insert(clip, incidents: [])
        #expect(try salvager.salvageAll() == [.nothingInIt(clip.id)])
    }

    @Test("A clip that had got its name and not yet its row is completed")
    func namedAlready() throws {
        let clip = try interrupted(packets: 100)
        try DurableFiles().rename(fixture.file(clip.temporaryPath), to: fixture.file(clip.path))
        guard case .saved(let saved)? = try salvager.salvageAll().first else {
            Issue.record("not saved")
            return
        }
        #expect(saved.state == .finished && saved.durationSeconds > 8)
    }

    @Test("One that can't be saved does not keep the others from it")
    func oneBad() throws {
        let clip = try interrupted(packets: 100)
        var bad = clip
        bad.id = ClipID(rawValue: "bad")
        bad.path = "../outside.mp4"
        try fixture.store.unwatched.insert(bad, incidents: [])
        let outcomes = try salvager.salvageAll()
        #expect(outcomes.count == 2)
        #expect(try fixture.store.unwatched.clip(clip.id)?.state == .finished)
        #expect(try fixture.store.unwatched.clip(bad.id)?.state == .recording)
    }
}
