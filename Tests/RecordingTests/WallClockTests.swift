import Domain
import Foundation
import Media
import Storage
import TestSupport
import Testing

@testable import Recording

/// The wall clock is set, or changes to summer or winter time, while something is recorded. It is the tests' own.
@Suite("Wall clocks that jump", .mayWait)
struct WallClockTests {
    let fixture: RecordingFixture

    init() throws { fixture = try RecordingFixture() }

    /// Ten pictures a second for 20 s, dated by a clock that is set by so many seconds before the picture with that number.
    private func items(_ jumps: [(from: Int, seconds: Double)]) throws -> [RingItem] {
        let video = try fixture.video()
        func packets(_ offset: Double) throws -> [Packet] {
            let demuxer = try Demuxer(
                SourceOptions(url: video.path), clock: ManualClock(date: RecordingFixture.date + offset))
            var packets: [Packet] = []
            while let packet = try demuxer.read() { packets.append(packet) }
            return packets
        }
        let plain = try fixture.packets(video)
        var result = plain.map(\.packet)
        for jump in jumps { result.replaceSubrange(jump.from..., with: try packets(jump.seconds)[jump.from...]) }
        return result.map { RingItem(packet: $0, parameters: plain[0].parameters) }
    }

    @Test(
        "a clock that is set by an hour in the middle of an incident, and back, changes nothing in the clip",
        arguments: [3_600.0, -3_600])
    func setInTheMiddle(seconds: Double) async throws {
        let items = try items([(80, seconds), (110, 0)])
        fixture.feed(items[..<80])
        let recorder = fixture.recorder()
        let incident = try fixture.incident(from: 6, to: 7)
        let clip = try #require(try await recorder.handle(.new(incident)))
        fixture.clock.jump(to: RecordingFixture.date + 8 + seconds)
        fixture.feed(items[80..<110])
        recorder.look()
        fixture.clock.jump(to: RecordingFixture.date + 11)
        try await recorder.handle(.end(incident.ended(at: 12)))
        fixture.feed(items[110...])
        await recorder.waitUntilDone()
        let finished = try #require(try fixture.store.unwatched.clip(clip.id))
        #expect(finished.state == .finished && finished.start == MediaTime(seconds: 4))
        #expect(finished.startDate == RecordingFixture.date + 4 && finished.preRollSeconds == 2)
        #expect(abs(finished.durationSeconds - 10) < 0.15)
        #expect(finished.path == "aisle-4/2026-05-28/\(clip.id).mp4")
        #expect(try fixture.probe(finished).count == 101 || fixture.probe(finished).count == 100)
        try expectNoGap([finished], ClipFolders(root: fixture.root), from: 4, to: 14)
        #expect(recorder.lostSeconds == 0)
    }

    @Test("clips keep their order when the clock is set back between them, and the oldest goes first")
    func order() async throws {
        let items = try items([(100, -3_600)])
        let folders = ClipFolders(root: fixture.root)
        folders.establish(newest: nil)
        let recorder = fixture.recorder(folders: folders)
        fixture.feed(items[..<80])
        let first = try await recorder.handle(.new(fixture.incident("one", from: 3, to: 4, phase: .ended)))
        await recorder.waitUntilDone()
        fixture.clock.jump(to: RecordingFixture.date + 10 - 3_600)
        fixture.feed(items[80...])
        var later = try fixture.incident("two", from: 15, to: 16, phase: .ended)
        later.startDate -= 3_600
        later.endDate -= 3_600
        let second = try await recorder.handle(.new(later))
        await recorder.waitUntilDone()
        let ids = [try #require(first).id, try #require(second).id]
        #expect(ids[0].rawValue < ids[1].rawValue)
        #expect(try fixture.store.unwatched.keptClips(after: nil, limit: 9).map(\.clip.id) == ids)
        // Room for one: the one that was recorded first goes.
        let bytes = try #require(try fixture.store.unwatched.clip(ids[1])?.bytes)
        let diskGuard = DiskGuard(
            folders: folders, store: fixture.store,
            policy: RetentionPolicy(keepSeconds: nil, maxBytes: bytes, reserveBytes: 0), clock: fixture.clock)
        #expect(try diskGuard.look().expired == 1)
        #expect(try fixture.store.unwatched.clips(in: .finished).map(\.id) == [ids[1]])
    }

    @Test("a clock that jumps by a year deletes nothing until it has stood for a day; what is too old then goes")
    func retention() throws {
        let folders = ClipFolders(root: fixture.root)
        folders.establish(newest: nil)
        let incident = try fixture.incident(from: 1, to: 2, phase: .ended)
        try FinishedClip.make(fixture, folders, "a", incident)
        let diskGuard = DiskGuard(
            folders: folders, store: fixture.store,
            policy: RetentionPolicy(keepSeconds: 30 * 86_400, reserveBytes: 0), clock: fixture.clock)
        #expect(try diskGuard.look().expired == 0)
        // A battery that is empty, a server that is wrong: put right after some hours.
        fixture.clock.jump(to: RecordingFixture.date + 365 * 86_400)
        fixture.clock.advance(seconds: 3_600)
        #expect(try diskGuard.look().expired == 0)
        fixture.clock.jump(to: RecordingFixture.date + 3_600)
        fixture.clock.advance(seconds: 3_600)
        #expect(try diskGuard.look().expired == 0)
        fixture.clock.advance(seconds: 86_400)
        #expect(try diskGuard.look().expired == 0)
        // This time it is meant.
        fixture.clock.jump(to: RecordingFixture.date + 365 * 86_400)
        fixture.clock.advance(seconds: 3_600)
        #expect(try diskGuard.look().expired == 0)
        fixture.clock.advance(seconds: 86_400)
        #expect(try diskGuard.look().expired == 1)
    }

    @Test("an hour more or less, as summer time or a person may set it, is no reason to wait")
    func smallJumps() throws {
        let folders = ClipFolders(root: fixture.root)
        folders.establish(newest: nil)
        let incident = try fixture.incident(from: 1, to: 2, phase: .ended)
        try FinishedClip.make(fixture, folders, "a", incident)
        let diskGuard = DiskGuard(
            folders: folders, store: fixture.store, policy: RetentionPolicy(keepSeconds: 86_400, reserveBytes: 0),
            clock: fixture.clock)
        #expect(try diskGuard.look().expired == 0)
        fixture.clock.advance(seconds: 86_400)
        fixture.clock.jump(to: RecordingFixture.date + 86_400 + 3_600)
        #expect(try diskGuard.look().expired == 1)
    }

    @Test(
        "the night in which the clocks go back, or forward, inside an incident",
        arguments: [
            // 03:00 becomes 02:00 in Berlin, and 02:00 becomes 03:00.
            ("2026-10-25T00:59:52Z", "2026-10-25"), ("2026-03-29T00:59:52Z", "2026-03-29"),
        ])
    func daylightSaving(_ begin: String, _ day: String) async throws {
        let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        let date = try Date(begin, strategy: .iso8601)
        fixture.clock.jump(to: date)
        let items = try fixture.packets(fixture.video())
        fixture.feed(items[..<80])
        let recorder = fixture.recorder()
        func dated(_ name: String, from start: Double, to end: Double) throws -> Incident {
            var incident = try fixture.incident(name, from: start, to: end, phase: .ended)
            incident.startDate = date + start
            incident.endDate = date + end
            incident.confirmedDate = date + end
            try fixture.store.unwatched.commit(.update(incident))
            return incident
        }
        // From 8 s before the change to 4 s after it, and one after.
        let across = try dated("across", from: 6, to: 12), after = try dated("after", from: 16, to: 17)
        let clip = try #require(try await recorder.handle(.new(across)))
        fixture.feed(items[80...])
        fixture.ring.finish()
        await recorder.waitUntilDone()
        let finished = try #require(try fixture.store.unwatched.clip(clip.id))
        #expect(abs(finished.durationSeconds - 10) < 0.15 && finished.startDate == date + 4)
        // Days are counted in UTC.
        #expect(finished.path == "aisle-4/\(day)/\(clip.id).mp4")
        #expect(try fixture.store.unwatched.incident(across.id).map { $0.endDate.timeIntervalSince($0.startDate) } == 6)
        #expect(try fixture.store.unwatched.incidents().map(\.id) == [after.id, across.id])
        let page = fixture.folder.file("day.html")
        let exporter = IncidentExporter(
            files: ClipFiles(root: fixture.root), store: fixture.store, clock: fixture.clock
        ) { "\($0.id)" }
        #expect(try exporter.report(day: date + 7_200, timeZone: zone, siteName: "", to: page) == 2)
        let other = fixture.folder.file("before.html")
        #expect(try exporter.report(day: date - 86_400, timeZone: zone, siteName: "", to: other) == 0)
    }
}
