import Domain
import Foundation
import GRDB
import Testing

@testable import Storage

@Suite("Followed objects")
struct FollowTests {
    let test: TestStore
    let size = FrameSize(width: 1280, height: 720)

    init() throws { test = try TestStore() }

    private func record() -> FollowRecord {
        FollowRecord(
            object: FollowedObject(
                id: FollowedObjectID(rawValue: "01f"), camera: Samples.aisle4, name: "pallet",
                lastRegion: Region(x: 100, y: 100, width: 200, height: 150), frameSize: size),
            createdAt: test.clock.now(), createdBy: "anna", picture: Data(repeating: 7, count: 200_000), mask: nil)
    }

    private func bytesWritten(_ body: () throws -> Void) throws -> Int {
        try test.store.pool.writeWithoutTransaction { db in
            _ = try db.checkpoint(.truncate)
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        }
        try body()
        return try Data(contentsOf: URL(filePath: test.path + "-wal")).count
    }

    @Test("an hour of an object that stands and trembles is seven small writes, not 24 MB of pictures")
    func standing() throws {
        let record = record(), store = test.store.unwatched
        try store.save(record)
        var schedule = FollowedPlaceSchedule()
        var writes = 0
        let bytes = try bytesWritten {
            for step in 0...(3600 * 5) {
                let place = FollowedPlace(
                    region: Region(x: 100 + step % 7, y: 100 - step % 5, width: 200 + step % 3, height: 150),
                    frameSize: size, seenAt: test.clock.now() + Double(step) / 5)
                guard schedule.mustWrite(place, at: Double(step) / 5) else { continue }
                try store.save(place, of: record.object.id)
                writes += 1
            }
        }
        #expect(writes == 7)
        #expect(bytes > 0 && bytes < 100_000, "\(bytes)")
    }

    @Test("one that moves is written every half minute")
    func moving() {
        var schedule = FollowedPlaceSchedule()
        let writes = (0...300).count { second in
            let place = FollowedPlace(
                region: Region(x: second * 3, y: 100, width: 200, height: 150), frameSize: size, seenAt: Samples.start)
            return schedule.mustWrite(place, at: Double(second))
        }
        #expect(writes == 11)
    }

    @Test("the place last written is read with the object; a change of the object takes its place over")
    func place() throws {
        var record = record()
        let store = test.store.unwatched
        try store.save(record)
        let place = FollowedPlace(
            region: Region(x: 5, y: 6, width: 7, height: 8), frameSize: FrameSize(width: 640, height: 360),
            seenAt: Samples.start)
        try store.save(place, of: record.object.id)
        record.object.lastRegion = place.region
        record.object.frameSize = place.frameSize
        record.lastSeenAt = place.seenAt
        #expect(try store.follows() == [record])
        record.object.lastRegion = Region(x: 50, y: 60, width: 7, height: 8)
        try store.save(record)
        #expect(try store.follows() == [record])
    }

    @Test("the place of an object that is no longer followed is not kept")
    func removed() throws {
        let store = test.store.unwatched
        try store.save(record())
        let place = FollowedPlace(
            region: Region(x: 5, y: 6, width: 7, height: 8), frameSize: size, seenAt: Samples.start)
        try store.save(place, of: FollowedObjectID(rawValue: "01f"))
        #expect(try store.removeFollow(FollowedObjectID(rawValue: "01f")))
        try store.save(place, of: FollowedObjectID(rawValue: "01f"))
        #expect(try store.follows().isEmpty)
        let rows = try test.store.pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM followed_places") }
        #expect(rows == 0)
    }
}
