import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Files become frames", .mayWait)
struct DecodingTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func frames(_ file: URL) async throws -> [VideoFrame] {
        let feed = try FileFrameFeed(path: file.path, clock: ManualClock())
        var frames: [VideoFrame] = []
        while let frame = try await feed.next() { frames.append(frame) }
        #expect(feed.skippedFrames == 0)
        return frames
    }

    static let codecs: [[String]] = [
        ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0"],
        ["-c:v", "libx264", "-preset", "fast", "-bf", "3"],
        ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:bframes=3"],
        ["-c:v", "mjpeg", "-q:v", "5"],
    ]

    @Test("Each frame once, in order, on its time: H.264, B-frames, H.265, MJPEG", arguments: codecs)
    func everyFrame(codec: [String]) async throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 2, codec: codec)
        let frames = try await frames(file)
        #expect(frames.count == 20)
        for (index, frame) in frames.enumerated() {
            #expect(abs(frame.time.seconds - Double(index) / 10) < 0.001)
            #expect(frame.size == FrameSize(width: 320, height: 180))
        }
        #expect(frames.first?.isKeyFrame == true)
        #expect(frames.first?.date == ManualClock().now())
        let lastSecond = try #require(frames.last).date.timeIntervalSince(ManualClock().now())
        #expect(abs(lastSecond - 1.9) < 0.001)
    }

    @Test(
        "A device that isn't there, or can't decode the stream, leaves software at work, and says why",
        arguments: [0, 3])
    func noDevice(codec: Int) throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 2, codec: Self.codecs[codec])
        var all: [[UInt8]] = []
        for devices in [[], [DecodingDevice.vdpau], DecodingDevice.allCases] {
            let demuxer = try Demuxer(SourceOptions(url: file.path))
            let decoder = StreamDecoder(devices: devices)
            var bytes: [UInt8] = []
            func note(_ frame: VideoFrame) { frame.withLuma { luma, _ in bytes.append(contentsOf: luma) } }
            while let packet = try demuxer.read() {
                try decoder.decode(RingItem(packet: packet, parameters: demuxer.streamParameters), note)
            }
            try decoder.flush(note)
            all.append(bytes)
            switch try #require(decoder.method) {
            case .software: #expect(devices.isEmpty)
            case .softwareInstead(let reason): #expect(devices.contains { reason.contains($0.rawValue) }, "\(reason)")
            // A machine that has one.
            case .device(let device): return #expect(devices.contains(device))
            }
        }
        #expect(all[0] == all[1] && all[0] == all[2] && !all[0].isEmpty)
    }

    @Test("A transport stream, whose times begin anywhere, begins at 0")
    func transportStream() async throws {
        let file = try TestVideo.make(folder.file("a.ts"), seconds: 2, codec: ["-c:v", "libx264", "-bf", "2"])
        let times = try await frames(file).map { ($0.time.seconds * 10).rounded() }
        #expect(times == (0..<20).map(Double.init))
    }

    @Test("Sound is read along when asked for, and only then")
    func audio() throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 2, audio: ["-c:a", "aac"])
        for keep in [false, true] {
            let demuxer = try Demuxer(SourceOptions(url: file.path, keepAudio: keep))
            #expect(demuxer.info.hasAudio == keep)
            var counts = (video: 0, audio: 0)
            while let packet = try demuxer.read() {
                if packet.isVideo { counts.video += 1 } else { counts.audio += 1 }
            }
            #expect(counts.video == 20)
            #expect(keep ? counts.audio > 80 : counts.audio == 0)
        }
    }

    @Test("A stream whose resolution changes in the middle goes on")
    func resolutionChange() async throws {
        let small = try TestVideo.make(folder.file("s.h264"), seconds: 1)
        let large = try TestVideo.make(folder.file("l.h264"), size: "640x360", seconds: 1)
        let file = folder.file("both.h264")
        try (Data(contentsOf: small) + Data(contentsOf: large)).write(to: file)
        let sizes = try await frames(file).map(\.size.width)
        let wanted: [Int] = (0..<20).map { $0 < 10 ? 320 : 640 }
        #expect(sizes == wanted)
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        var seen: [StreamParameters] = []
        while try demuxer.read() != nil {
            if seen.last !== demuxer.streamParameters { seen.append(demuxer.streamParameters) }
        }
        #expect(seen.map(\.frameSize) == [FrameSize(width: 320, height: 180), FrameSize(width: 640, height: 360)])
    }

    @Test("Other pixel formats arrive as 8-bit 4:2:0", arguments: ["yuv422p", "yuv444p", "yuv420p10le"])
    func formats(format: String) async throws {
        let file = try TestVideo.ffmpeg(
            [
                "-f", "lavfi", "-i", "color=0x3070b0:size=64x48:rate=5:duration=1", "-c:v", "libx264", "-pix_fmt",
                format,
            ],
            to: folder.file("a.mp4"))
        let frame = try #require(try await frames(file).first)
        var pixels: [UInt8] = []
        FrameScaler().rgb(frame, width: 64, height: 48, into: &pixels)
        for (value, wanted) in zip(pixels.prefix(3), [0x30, 0x70, 0xb0]) { #expect(abs(Int(value) - wanted) <= 4) }
    }

    @Test("Damaged packets are left out and the rest goes on")
    func damage() async throws {
        let file = try TestVideo.make(folder.file("a.h264"), seconds: 3)
        var data = try Data(contentsOf: file)
        for index in stride(from: data.count / 3, to: data.count / 3 + 400, by: 1) { data[index] = 0x55 }
        try data.write(to: file)
        #expect(try await frames(file).count > 20)
    }

    @Test("At the video's own speed, who is slow gets the newest frame and the rest is counted")
    func realTime() async throws {
        let file = try TestVideo.make(folder.file("a.mp4"), framesPerSecond: 20, seconds: 1, gop: 20)
        let feed = try FileFrameFeed(path: file.path, pace: .realTime)
        let started = ContinuousClock.now
        var times: [Double] = []
        while let frame = try await feed.next() {
            times.append(frame.time.seconds)
            try await Task.sleep(for: .milliseconds(200))
        }
        #expect(ContinuousClock.now - started >= .milliseconds(900))
        #expect(times == times.sorted() && times.count < 12)
        #expect(times.count + feed.skippedFrames == 20)
    }

    @Test("A feed that is stopped, or whose task is cancelled, ends")
    func stopping() async throws {
        let file = try TestVideo.make(folder.file("a.mp4"))
        let feed = try FileFrameFeed(path: file.path)
        _ = try await feed.next()
        feed.stop()
        #expect(try await feed.next() == nil)
        let other = try FileFrameFeed(path: file.path, pace: .realTime)
        let task = Task { while try await other.next() != nil {} }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
