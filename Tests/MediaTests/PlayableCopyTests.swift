import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("H.264 copies of clips", .mayWait, .timeLimit(.minutes(5)))
struct PlayableCopyTests {
    static let hevc = [
        "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:bframes=2:open-gop=0",
    ]
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private struct Stop: Error {}

    private func times(_ file: URL) throws -> [Double] {
        try TestVideo.ffprobe(
            ["-select_streams", "v", "-show_entries", "frame=best_effort_timestamp_time", "-of", "csv=p=0"], file
        ).split(separator: "\n").compactMap { Double($0.prefix { $0 != "," }) }
    }

    @Test("the part from a moment on comes first; both parts joined have every frame at its own time")
    func parts() throws {
        let clip = try TestVideo.make(folder.file("a.mp4"), seconds: 6, gop: 20, codec: Self.hevc)
        var reached: [Double] = []
        let after = try #require(
            try PlayableCopy.encode(clip, from: 3.05, to: folder.file("after.mp4")) {
                reached.append($0.reachedSeconds)
            })
        #expect(after.codec.hasPrefix("avc1."))
        #expect(abs(after.startSeconds - 3.1) < 0.11)
        #expect(reached == reached.sorted() && reached.count == 30 - 1)
        let before = try #require(
            try PlayableCopy.encode(clip, from: 0, until: after.startSeconds, to: folder.file("before.mp4")))
        try PlayableCopy.join([before, after], to: folder.file("whole.mp4"))
        let whole = folder.file("whole.mp4")
        #expect(try TestVideo.complaints(decoding: whole) == "")
        let expected = try times(clip), got = try times(whole)
        #expect(expected.count == 60 && got.count == 60)
        for (one, other) in zip(expected, got) { #expect(abs(one - other) < 0.002) }
        let kind = try TestVideo.ffprobe(["-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0"], whole)
        #expect(kind.hasPrefix("h264,320,180"))
    }

    @Test("what is made so far can be played while it grows")
    func growing() throws {
        let clip = try TestVideo.make(folder.file("a.mp4"), seconds: 8, codec: Self.hevc)
        let target = folder.file("after.mp4")
        #expect(throws: Stop.self) {
            _ = try PlayableCopy.encode(clip, from: 0, to: target) { if $0.reachedSeconds > 5 { throw Stop() } }
        }
        #expect(try times(target).count >= 40)
    }

    @Test("large frames are scaled down, whichever way they stand; small ones are not")
    func sizes() throws {
        func size(_ width: Int, _ height: Int) -> FrameSize {
            PlayableCopy.size(for: FrameSize(width: width, height: height))
        }
        #expect(size(3840, 2160) == FrameSize(width: 1280, height: 720))
        #expect(size(1440, 2560) == FrameSize(width: 720, height: 1280))
        #expect(size(641, 361) == FrameSize(width: 640, height: 360))
        #expect(size(2560, 1920) == FrameSize(width: 960, height: 720))
        #expect(size(1, 1) == FrameSize(width: 2, height: 2))
        let clip = try TestVideo.make(folder.file("a.mp4"), size: "1600x900", seconds: 1, codec: Self.hevc)
        let part = try #require(try PlayableCopy.encode(clip, from: 0, to: folder.file("copy.mp4")))
        let kind = try TestVideo.ffprobe(["-show_entries", "stream=width,height", "-of", "csv=p=0"], part.file)
        #expect(kind.hasPrefix("1280,720"))
    }

    @Test("a clip without one frame says so, and one that breaks off gives what it has")
    func broken() throws {
        let clip = try TestVideo.make(folder.file("a.mp4"), seconds: 4, codec: Self.hevc)
        let bytes = try Data(contentsOf: clip)
        try Data("no video".utf8).write(to: folder.file("b.mp4"))
        #expect(throws: MediaError.self) {
            _ = try PlayableCopy.encode(folder.file("b.mp4"), from: 0, to: folder.file("b-copy.mp4"))
        }
        let film = try TestVideo.make(folder.file("c.mkv"), seconds: 4, codec: Self.hevc)
        try Data(try Data(contentsOf: film).prefix(bytes.count / 2)).write(to: folder.file("d.mkv"))
        #expect(try PlayableCopy.encode(folder.file("d.mkv"), from: 0, to: folder.file("d.mp4")) != nil)
        #expect(try PlayableCopy.encode(clip, from: 60, to: folder.file("late.mp4")) == nil)
    }
}
