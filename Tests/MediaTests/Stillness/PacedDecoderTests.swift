import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Decoding at the scene's pace")
struct PacedDecoderTests {
    private static let quick = StillnessPolicy(learnSeconds: 8, quietSeconds: 2)
    /// When the box appears, and for how long.
    private static let eventSeconds = 26.3
    private static let eventLength = 3.0

    /// What was handed on of a film.
    private struct Outcome {
        var frames: [VideoFrame] = []
        var looks: [Double] = []
        var paces: Set<AnalysisPace> = []
        var damaged = 0
    }

    /// A still, noisy picture at 15 frames a second, before which a box moves from 26.3 to 29.3 s.
    private func film(_ folder: TemporaryDirectory, _ codec: [String], _ name: String) throws -> URL {
        let end = Self.eventSeconds + Self.eventLength
        let box =
            "[0:v][1:v]overlay=x='10+40*(t-\(Self.eventSeconds))':y=60:enable='between(t,\(Self.eventSeconds),\(end))',"
        return try TestVideo.ffmpeg(
            [
                "-f", "lavfi", "-i", "smptebars=size=320x180:rate=15:duration=34", "-f", "lavfi", "-i",
                "color=white:size=50x50:rate=15:duration=34,drawgrid=w=10:h=10:t=3:color=black", "-filter_complex",
                box + "noise=alls=6:allf=t,format=yuv420p",
            ] + codec, to: folder.file(name))
    }

    /// The box has white squares, and nothing else there is as bright.
    private static func isBusy(_ frame: VideoFrame) -> Bool {
        frame.withLuma { luma, stride in
            (0..<frame.size.width).contains { x in (84..<89).allSatisfy { luma[$0 * stride + x] > 215 } }
        }
    }

    /// - Parameter seesLooks: False is an eye that finds nothing in frames that are decoded alone.
    private func play(
        _ file: URL, isContinuous: Bool = false, seesLooks: Bool = true, policy: StillnessPolicy = quick
    ) throws -> Outcome {
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        let decoder = PacedDecoder(threads: 1, policy: policy, isContinuous: isContinuous)
        var outcome = Outcome()
        func hand(_ frame: VideoFrame, _ isLate: Bool) {
            outcome.frames.append(frame)
            if frame.isDamaged { outcome.damaged += 1 }
        }
        while let packet = try demuxer.read() {
            let before = outcome.frames.count
            try decoder.decode(
                RingItem(packet: packet, parameters: demuxer.streamParameters), isWatched: false, hand,
                look: { frame in
                    outcome.looks.append(frame.time.seconds)
                    return seesLooks && Self.isBusy(frame) ? .busy : .quiet
                })
            for frame in outcome.frames[before...] { decoder.note(Self.isBusy(frame) ? .busy : .quiet) }
            outcome.paces.insert(decoder.pace)
        }
        try decoder.flush(hand)
        return outcome
    }

    private static let codecs: [(String, [String])] = [
        ("P frames", ["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "30", "-crf", "28"]),
        ("B frames", ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "30", "-crf", "28"]),
        (
            "open groups of pictures",
            [
                "-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "30", "-crf", "28", "-x264-params",
                "open-gop=1",
            ]
        ),
        (
            "a bit rate that is held",
            [
                "-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "30", "-b:v", "400k", "-maxrate", "500k",
                "-bufsize", "500k",
            ]
        ),
        (
            "H.265",
            [
                "-c:v", "libx265", "-preset", "ultrafast", "-g", "30", "-crf", "28", "-x265-params",
                "log-level=none:pools=1:frame-threads=1:scenecut=0",
            ]
        ),
    ]

    @Test("a still scene is hardly decoded, and what happens then is handed on whole", arguments: codecs)
    func event(_ name: String, _ codec: [String]) throws {
        let folder = try TemporaryDirectory()
        let file = try film(folder, codec + ["-sc_threshold", "0"], "film.mp4")
        let all = try play(file, isContinuous: true).frames.map(\.time)
        let outcome = try play(file)
        let times = outcome.frames.map(\.time)
        #expect(outcome.paces.contains(.still), "\(name)")
        #expect(outcome.damaged == 0)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "\(name): frames in order, each once")
        // Between learning and the event lie some 125 frames; one surprise that was none costs some thirty.
        let idle = times.filter { $0.seconds > 13 && $0.seconds < Self.eventSeconds - 5 }
        #expect(idle.count < 45, "\(name): \(idle.count) frames of a still scene")
        #expect(outcome.looks.contains { $0 > 13 && $0 < Self.eventSeconds })
        // Every frame from some way before the event on.
        func during(_ times: [MediaTime]) -> [MediaTime] {
            times.filter {
                $0.seconds > Self.eventSeconds - 0.5 && $0.seconds < Self.eventSeconds + Self.eventLength
            }
        }
        let missing = Set(during(all)).subtracting(times).map(\.seconds).sorted()
        #expect(missing.isEmpty, "\(name)")
        #expect(outcome.frames.contains { $0.continuity == .resumed })
    }

    @Test("what the sizes did not show is handed on whole after a look found it")
    func look() throws {
        let folder = try TemporaryDirectory()
        let file = try film(folder, Self.codecs[0].1, "film.mp4")
        // With a tolerance that nothing exceeds, looks are all there is.
        let all = try play(file, isContinuous: true).frames
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        let decoder = PacedDecoder(
            threads: 1, policy: StillnessPolicy(learnSeconds: 8, quietSeconds: 2, lookSeconds: 2), isContinuous: false)
        var frames: [VideoFrame] = []
        var woken = false
        while let packet = try demuxer.read() {
            try decoder.decode(
                RingItem(packet: packet, parameters: demuxer.streamParameters), isWatched: false,
                { frame, _ in frames.append(frame) },
                look: { frame in
                    // Something that began a second before and is seen now.
                    guard frame.time.seconds > 18, !woken else { return .quiet }
                    woken = true
                    return .busy
                })
            decoder.note(.quiet)
        }
        let resumed = try #require(frames.firstIndex { $0.continuity == .resumed && $0.time.seconds > 14 })
        let first = frames[resumed].time, last = try #require(frames.last).time
        #expect(first.seconds > 14 && first.seconds < 18)
        let handed = frames[resumed...].map(\.time).filter { $0.seconds < 19 }
        #expect(handed == all.map(\.time).filter { $0 >= first && $0.seconds < 19 } && last.seconds > 19)
    }

    private static let unsuitedStreams: [(String, [String], AnalysisPace.Reason, String)] = [
        ("nothing but key frames", ["-c:v", "mjpeg", "-q:v", "5"], .keyFramesOnly, "film.mkv"),
        (
            "key frames every 20 s", ["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-g", "300", "-crf", "28"],
            .keyFramesTooRare, "film.mp4"
        ),
    ]

    @Test("streams of which key frames say little are decoded whole", arguments: unsuitedStreams)
    func unsuited(_ name: String, _ codec: [String], _ reason: AnalysisPace.Reason, _ file: String) throws {
        let folder = try TemporaryDirectory()
        let film = try film(folder, codec + (file.hasSuffix("mp4") ? ["-sc_threshold", "0"] : []), file)
        let all = try play(film, isContinuous: true), outcome = try play(film)
        #expect(outcome.frames.map(\.time) == all.frames.map(\.time), "\(name)")
        #expect(outcome.paces.contains(.full(reason)) && !outcome.paces.contains(.still), "\(name)")
    }

    @Test("frames that come at uneven times are watched as well")
    func unevenTimes() throws {
        let folder = try TemporaryDirectory()
        let even = try film(folder, Self.codecs[0].1, "even.mp4")
        // Two of five frames are missing, as from a camera that lowers its rate in the dark.
        let uneven = try TestVideo.ffmpeg(
            ["-i", even.path, "-vf", "select='not(eq(mod(n,5),1)+eq(mod(n,5),3))'", "-fps_mode", "vfr"]
                + Self.codecs[0].1, to: folder.file("uneven.mp4"))
        let all = try play(uneven, isContinuous: true).frames.map(\.time)
        let outcome = try play(uneven)
        #expect(outcome.paces.contains(.still) && outcome.damaged == 0)
        func during(_ times: [MediaTime]) -> [MediaTime] {
            times.filter { $0.seconds > Self.eventSeconds - 0.5 && $0.seconds < Self.eventSeconds + 2 }
        }
        #expect(during(outcome.frames.map(\.time)) == during(all))
    }
}
