import Domain
import Foundation
import TestSupport
import Testing

@testable import Camera

@Suite("Trying a stream before it is in the configuration")
struct StreamTrialTests {
    private static let sample = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "samples/fall_box.mp4")

    @Test(
        "only network streams are tried: files, lists of files and devices are refused unopened",
        arguments: ["file:///etc/passwd", "concat:a|b", "/etc/passwd", "data:x", "pipe:0", "rtmp://h/x", "rtsp://a\nb"])
    func streams(url: String) async throws {
        let trial = StreamTrial(cameras: { [] }, clock: SystemClock())
        await #expect(throws: PortFailure.self) {
            try await trial.test(url: url, username: nil, password: nil, camera: nil)
        }
    }

    @Test("a stream that works is shown with what it is; one that does not says why")
    func stream() async throws {
        let server = try RTSPServer(streams: ["cam": Self.sample])
        let trial = StreamTrial(cameras: { [] }, clock: SystemClock())
        let good = try await trial.test(url: server.url("cam"), username: nil, password: nil, camera: nil)
        #expect(good.outcome.isOK && good.codec == "h264" && good.frameSize == FrameSize(width: 640, height: 360))
        #expect(good.jpeg?.prefix(2) == Data([0xFF, 0xD8]))
        let bad = try await trial.test(url: server.url("other"), username: nil, password: nil, camera: nil)
        #expect(!bad.outcome.isOK && !bad.outcome.message.isEmpty && bad.jpeg == nil)
    }
}
