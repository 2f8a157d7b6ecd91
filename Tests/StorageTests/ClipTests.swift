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
        try test.store.unwatched.commit(.new(first))
        try test.store.unwatched.commit(.new(second))
    }

    @Test("clips and incidents are many to many")
    func manyToMany() throws {
        let one = Samples.clip("01c"), two = Samples.clip("01d")
        try test.store.unwatched.insert(one, incidents: [first.id])
        try test.store.unwatched.insert(two, incidents: [first.id, second.id])
        try test.store.unwatched.link(clip: one.id, incident: second.id)
        try test.store.unwatched.link(clip: one.id, incident: second.id)
        #expect(try test.store.unwatched.clips(of: first.id) == [one, two])
        #expect(try test.store.unwatched.clips(of: second.id) == [one, two])
        #expect(try test.store.unwatched.incidents(of: one.id) == [first, second])
        #expect(try test.store.unwatched.clip(one.id) == one)
        #expect(try test.store.unwatched.clip(ClipID(rawValue: "none")) == nil)
    }

    @Test("a clip is unfinished until it has its length, size and hash")
    func finish() throws {
        var clip = Samples.clip()
        try test.store.unwatched.insert(clip, incidents: [first.id])
        #expect(try test.store.unwatched.unfinishedClips() == [clip])
        try test.store.unwatched.finish(clip.id, durationSeconds: 21.5, bytes: 123_456, sha256: Samples.sha256)
        #expect(try test.store.unwatched.unfinishedClips().isEmpty)
        clip.state = .finished
        clip.durationSeconds = 21.5
        clip.bytes = 123_456
        clip.sha256 = Samples.sha256
        #expect(try test.store.unwatched.clip(clip.id) == clip)
        #expect(throws: StorageError.self) {
            try test.store.unwatched.finish(clip.id, durationSeconds: 1, bytes: 1, sha256: Samples.sha256)
        }
    }

    @Test("what was achieved can be corrected while the clip is recorded")
    func update() throws {
        var clip = Samples.clip()
        try test.store.unwatched.insert(clip, incidents: [first.id])
        clip.preRollSeconds = 3.25
        clip.startDate += 1
        try test.store.unwatched.update(clip)
        #expect(try test.store.unwatched.clip(clip.id) == clip)
        #expect(throws: StorageError.notFound(what: "clip 01x")) {
            try test.store.unwatched.update(Samples.clip("01x"))
        }
    }

    @Test("a clip for an incident that was never committed is refused, and leaves no row")
    func unknownIncident() throws {
        #expect {
            try test.store.unwatched.insert(Samples.clip(), incidents: [IncidentID(rawValue: "nobody")])
        } throws: { error in
            if case StorageError.refused = error { true } else { false }
        }
        #expect(try test.store.unwatched.clip(Samples.clip().id) == nil)
    }

    @Test("a finished clip without size or hash, or a path outside the clip root, is refused")
    func checked() throws {
        var clip = Samples.clip()
        clip.state = .finished
        #expect(throws: StorageError.self) { try test.store.unwatched.insert(clip, incidents: []) }
        clip = Samples.clip()
        clip.path = "/etc/passwd"
        #expect(throws: StorageError.self) { try test.store.unwatched.insert(clip, incidents: []) }
    }

    @Test("a tombstone is listed until its row goes, and belongs to no incident's page")
    func tombstones() throws {
        let clip = Samples.clip()
        try test.store.unwatched.insert(clip, incidents: [first.id])
        try test.store.unwatched.removeTombstone(clip.id)
        #expect(try test.store.unwatched.clip(clip.id) != nil)
        try test.store.unwatched.markTombstone(clip.id)
        #expect(try test.store.unwatched.clips(of: first.id).isEmpty)
        #expect(try test.store.unwatched.clips(in: .tombstone).map(\.id) == [clip.id])
        try test.store.unwatched.removeTombstone(clip.id)
        #expect(try test.store.unwatched.clip(clip.id) == nil)
        #expect(try test.store.unwatched.incident(first.id) == first)
    }
}
