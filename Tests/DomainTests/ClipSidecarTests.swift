import Domain
import Foundation
import Testing

@Suite("A clip's sidecar")
struct ClipSidecarTests {
    @Test("comes back from its JSON as it was, dates to the millisecond")
    func roundTrip() throws {
        let size = FrameSize(width: 4, height: 2)
        let sample = TrackSample(
            seconds: 1.5, region: Region(x: 0, y: 0, width: 2, height: 1), centroid: Point(x: 1, y: 0.5), area: 2,
            mask: Mask(size: size, bitmap: [1, 1, 0, 0, 0, 0, 0, 0]), quality: 0.9)
        let sidecar = ClipSidecar(
            clip: ClipID(rawValue: "01a"), camera: try #require(CameraID(rawValue: "dock")),
            startDate: Date(timeIntervalSince1970: 1_780_000_000.125), durationSeconds: 12, frameSize: size, zones: [],
            incidents: [], texts: [], tracks: [Track(id: TrackID(rawValue: 3), origin: .motion, samples: [sample])])
        let json = try sidecar.json()
        #expect(try ClipSidecar(json: json) == sidecar)
        let text = String(decoding: json, as: UTF8.self)
        #expect(text.contains(#""startDate":"2026-05-28T20:26:40.125Z""#) && text.contains(#""version":1"#))
    }

    @Test("a date in another form is refused")
    func badDate() throws {
        let json = Data(#"{"version":1,"clip":"a","camera":"dock","startDate":"yesterday"}"#.utf8)
        #expect(throws: DecodingError.self) { try ClipSidecar(json: json) }
    }
}
