import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Clips of cameras whose clocks are odd", .mayWait)
struct OddClockClipTests {
    enum Clock: CaseIterable, Sendable {
        case fast, slow, missingFirst, missingNow, wraps, jumpsAhead, jumpsBack
    }

    /// What the camera's clock says about picture `index`, ten a second; nil for no timestamp.
    private func raw(_ clock: Clock, _ index: Int) -> Int64? {
        let even = Int64(index) * 9_000
        switch clock {
        case .fast: return even * 101 / 100
        case .slow: return even * 99 / 100
        case .missingFirst: return index < 3 ? nil : even
        case .missingNow: return index % 4 == 3 ? nil : even
        // 32 bits of RTP.
        case .wraps: return (even + (1 << 32) - 200_000) % (1 << 32)
        case .jumpsAhead: return index < 30 ? even : even + 90_000 * 3_600
        case .jumpsBack: return index < 30 ? even + 90_000 * 3_600 : even
        }
    }

    @Test("decode whole, begin at 0, and last as long as it took", arguments: Clock.allCases)
    func decodes(clock: Clock) throws {
        let folder = try TemporaryDirectory()
        let target = folder.file("clip.mp4")
        let seconds = try record(clock, folder, to: target)
        #expect(try TestVideo.complaints(decoding: target) == "")
        let probe = try TestVideo.ffprobe(
            ["-count_packets", "-show_entries", "stream=nb_read_packets:format=start_time", "-of", "csv=p=0"], target)
        #expect(probe.hasPrefix("60") && probe.contains("0.000000"), "\(probe)")
        #expect(abs(seconds - 6) < 0.35, "\(seconds) s")
    }

    /// 60 pictures of a camera with that clock.
    /// - Returns: How long the clip lasts.
    private func record(_ clock: Clock, _ folder: TemporaryDirectory, to target: URL) throws -> Double {
        let file = try TestVideo.make(folder.file("a.mp4"), size: "160x120", seconds: 6)
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        let muxer = try ClipMuxer(path: target, parameters: demuxer.streamParameters)
        var normalizer = TimestampNormalizer(mode: .live, framesPerSecond: 10)
        var index = 0
        while let packet = try demuxer.read() {
            let raw = raw(clock, index)
            let times = normalizer.video(pts: raw, dts: raw, arrivalSeconds: Double(index) / 10)
            try muxer.write(packet.retimed(pts: times.pts, dts: times.dts))
            index += 1
        }
        return try muxer.finish()
    }

    @Test(
        "and those of MJPEG cameras and of changing resolutions, play and seek in a browser, with every picture",
        .enabled(if: BrowserScript.missing == nil, "\(BrowserScript.missing ?? "")"))
    func plays() async throws {
        let folder = try TemporaryDirectory()
        var clips: [String] = []
        for clock in Clock.allCases {
            let target = folder.file("\(clock).mp4")
            let seconds = try record(clock, folder, to: target)
            clips.append("\(target.path)=\(seconds)=60")
        }
        let mjpeg = try TestVideo.make(
            folder.file("m.mkv"), size: "160x120", seconds: 4, codec: ["-c:v", "mjpeg", "-q:v", "3"])
        clips += try copies(of: mjpeg, folder, "mjpeg")
        let small = try TestVideo.make(folder.file("s.ts"), size: "160x120", seconds: 3)
        let large = try TestVideo.make(folder.file("l.ts"), size: "320x240", seconds: 3)
        let both = folder.file("both.ts")
        try (Data(contentsOf: small) + Data(contentsOf: large)).write(to: both)
        let resolutions = try copies(of: both, folder, "resolution")
        #expect(resolutions.count == 2)
        clips += resolutions
        for clip in clips {
            let file = URL(filePath: String(clip.split(separator: "=")[0]))
            #expect(try TestVideo.ffprobe(["-show_entries", "format=nb_streams", "-of", "csv=p=0"], file) == "1\n")
            #expect(try TestVideo.complaints(decoding: file) == "")
        }
        let outcome = try await BrowserScript.run("browser_clips.py", clips)
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    /// A file's packets as the recorder writes them: another file where the stream's parameters change.
    private func copies(of file: URL, _ folder: TemporaryDirectory, _ name: String) throws -> [String] {
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        var made: [(target: URL, muxer: ClipMuxer, pictures: Int)] = []
        while let packet = try demuxer.read() {
            if made.last?.muxer.parameters !== demuxer.streamParameters {
                guard packet.isKeyFrame else { continue }
                let target = folder.file("\(name)-\(made.count).mp4")
                made.append((target, try ClipMuxer(path: target, parameters: demuxer.streamParameters), 0))
            }
            try made[made.count - 1].muxer.write(packet)
            made[made.count - 1].pictures += 1
        }
        return try made.map { "\($0.target.path)=\(try $0.muxer.finish())=\($0.pictures)" }
    }

    @Test("a clock that runs 1 % fast or slow does not carry the dates away", arguments: [1.01, 0.99])
    func dates(rate: Double) {
        var smoother = ArrivalSmoother()
        var worst = 0.0
        for index in 0..<36_000 {
            // An hour, with up to 80 ms of jitter.
            let arrival = Double(index) / 10 + Double(index * 7 % 9) / 100
            let smoothed = smoother.arrival(mediaSeconds: Double(index) / 10 * rate, arrivalSeconds: arrival)
            worst = max(worst, abs(smoothed - arrival))
        }
        #expect(worst < 0.3, "\(worst) s")
    }
}
