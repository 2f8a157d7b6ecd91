import Domain
import Foundation
import Media
import TestSupport
import Testing

@testable import Recording

@Suite("Pictures for messages", .mayWait, .timeLimit(.minutes(5)))
struct IncidentPicturesTests {
    @Test(
        "a picture that is asked for before there is a poster comes with the poster: nothing waits for a time to pass")
    func poster() async throws {
        let fixture = try RecordingFixture()
        fixture.feed(try fixture.packets(try fixture.video(seconds: 6)))
        let recorder = fixture.recorder()
        let incident = try fixture.incident(from: 3, to: 3.5)
        let pictures = IncidentPictures(
            store: fixture.store, clips: ClipFiles(root: fixture.root), clock: fixture.clock)
        async let picture = pictures.picture(of: incident.id, maximumBytes: 1 << 20)
        await fixture.clock.waitForSleepers()
        try await recorder.handle(.new(incident))
        #expect(await picture?.prefix(2) == Data([0xFF, 0xD8]))
        fixture.ring.finish()
        await recorder.waitUntilDone()
    }

    @Test("a frame that was kept is sent as small as the channel asks, with the incident's place framed")
    func kept() async throws {
        let fixture = try RecordingFixture()
        let size = FrameSize(width: 320, height: 240)
        let frame = try VideoFrame(
            luma: [UInt8](repeating: 90, count: size.area), size: size, time: MediaTime(seconds: 3),
            date: fixture.clock.now())
        let incident = try fixture.incident(from: 3, to: 3.5)
        let pictures = IncidentPictures(
            store: fixture.store, clips: ClipFiles(root: fixture.root), clock: fixture.clock)
        pictures.keep(frame, of: incident)
        let whole = try #require(await pictures.picture(of: incident.id, maximumBytes: 1 << 20))
        let small = try #require(await pictures.picture(of: incident.id, maximumBytes: whole.count - 1))
        #expect(small.count < whole.count)
        #expect(await pictures.picture(of: incident.id, maximumBytes: 10) == nil)
    }
}
