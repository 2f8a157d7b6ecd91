import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Clips of cameras whose clocks are odd")
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
        let file = try TestVideo.make(folder.file("a.mp4"), size: "160x120", seconds: 6)
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        let target = folder.file("clip.mp4")
        let muxer = try ClipMuxer(path: target, parameters: demuxer.streamParameters)
        var normalizer = TimestampNormalizer(mode: .live, framesPerSecond: 10)
        var index = 0
        while let packet = try demuxer.read() {
            let raw = raw(clock, index)
            let times = normalizer.video(pts: raw, dts: raw, arrivalSeconds: Double(index) / 10)
            try muxer.write(packet.retimed(pts: times.pts, dts: times.dts))
            index += 1
        }
        try muxer.finish()
        #expect(try TestVideo.complaints(decoding: target) == "")
        let probe = try TestVideo.ffprobe(
            ["-count_packets", "-show_entries", "stream=nb_read_packets:format=start_time", "-of", "csv=p=0"], target)
        #expect(probe.hasPrefix("60") && probe.contains("0.000000"), "\(probe)")
        #expect(abs(muxer.durationSeconds - 6) < 0.35, "\(muxer.durationSeconds) s")
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
