import Domain
import Media
import Testing

@testable import Camera

@Suite("Clicked pictures")
struct ClickedFramesTests {
    private func frame(_ seconds: Double) throws -> VideoFrame {
        try JPEGDecoder.frame(
            JPEGEncoder.encode(RGBImage(size: FrameSize(width: 32, height: 16))), time: MediaTime(seconds: seconds))
    }

    @Test("are kept by camera and the time that was named, the latest few of them")
    func keep() throws {
        let dock = try #require(CameraID(rawValue: "dock")), gate = try #require(CameraID(rawValue: "gate"))
        var frames = ClickedFrames()
        for second in 0..<6 {
            frames.keep(try frame(Double(second) - 0.01), of: dock, at: MediaTime(seconds: Double(second)))
        }
        #expect(frames.frame(of: dock, at: MediaTime(seconds: 1)) == nil)
        #expect(frames.frame(of: dock, at: MediaTime(seconds: 2))?.time == MediaTime(seconds: 1.99))
        #expect(frames.frame(of: dock, at: MediaTime(seconds: 5)) != nil)
        #expect(frames.frame(of: gate, at: MediaTime(seconds: 5)) == nil)
        frames.keep(try frame(7), of: dock, at: MediaTime(seconds: 5))
        #expect(frames.frame(of: dock, at: MediaTime(seconds: 5))?.time == MediaTime(seconds: 7))
        #expect(frames.frame(of: dock, at: MediaTime(seconds: 3)) != nil)
    }
}
