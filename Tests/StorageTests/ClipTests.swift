import Domain
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite("Clips")
struct ClipTests {
    let test: TestStore
    let first = Samples.incident("01a")
    let second = Samples.incident("01b")

    init() throws {
        test = try TestStore()
        try test.store.commit(.new(first))
        try test.store.commit(.new(second))
    }

    @Test("clips and incidents are many to many")
    func manyToMany() throws {
        let one = Samples.clip("01c"), two = Samples.clip("01d")
        try test.store.insert(one, incidents: [first.id])
        try test.store.insert(two, incidents: [first.id, second.id])
        try test.store.link(clip: one.id, incident: second.id)
        try test.store.link(clip: one.id, incident: second.id)
        #expect(try test.store.clips(of: first.id) == [one, two])
        #expect(try test.store.clips(of: second.id) == [one, two])
        #expect(try test.store.incidents(of: one.id) == [first, second])
        #expect(try test.store.clip(one.id) == one)
        #expect(try test.store.clip(ClipID(rawValue: "none")) == nil)
    }

    @Test("a clip is unfinished until it has its length, size and hash")
    func finish() throws {
        var clip = Samples.clip()
        try test.store.insert(clip, incidents: [first.id])
        #expect(try test.store.unfinishedClips() == [clip])
        try test.store.finish(clip.id, durationSeconds: 21.5, bytes: 123_456, sha256: Samples.sha256)
        #expect(try test.store.unfinishedClips().isEmpty)
        clip.state = .finished
        clip.durationSeconds = 21.5
        clip.bytes = 123_456
        clip.sha256 = Samples.sha256
        #expect(try test.store.clip(clip.id) == clip)
        #expect(throws: StorageError.self) {
            try test.store.finish(clip.id, durationSeconds: 1, bytes: 1, sha256: Samples.sha256)
        }
    }

    @Test("what was achieved can be corrected while the clip is recorded")
    func update() throws {
        var clip = Samples.clip()
        try test.store.insert(clip, incidents: [first.id])
        clip.preRollSeconds = 3.25
        clip.startDate += 1
        try test.store.update(clip)
        #expect(try test.store.clip(clip.id) == clip)
        #expect(throws: StorageError.notFound(what: "clip 01x")) { try test.store.update(Samples.clip("01x")) }
    }

    @Test("a clip for an incident that was never committed is refused, and leaves no row")
    func unknownIncident() throws {
        #expect {
            try test.store.insert(Samples.clip(), incidents: [IncidentID(rawValue: "nobody")])
        } throws: { error in
            if case StorageError.refused = error { true } else { false }
        }
        #expect(try test.store.clip(Samples.clip().id) == nil)
    }

    @Test("a finished clip without size or hash, or a path outside the clip root, is refused")
    func checked() throws {
        var clip = Samples.clip()
        clip.state = .finished
        #expect(throws: StorageError.self) { try test.store.insert(clip, incidents: []) }
        clip = Samples.clip()
        clip.path = "/etc/passwd"
        #expect(throws: StorageError.self) { try test.store.insert(clip, incidents: []) }
    }

    @Test("a tombstone is listed until its row goes, and belongs to no incident's page")
    func tombstones() throws {
        let clip = Samples.clip()
        try test.store.insert(clip, incidents: [first.id])
        try test.store.removeTombstone(clip.id)
        #expect(try test.store.clip(clip.id) != nil)
        try test.store.markTombstone(clip.id)
        #expect(try test.store.clips(of: first.id).isEmpty)
        #expect(try test.store.clips(in: .tombstone).map(\.id) == [clip.id])
        try test.store.removeTombstone(clip.id)
        #expect(try test.store.clip(clip.id) == nil)
        #expect(try test.store.incident(first.id) == first)
    }
}
