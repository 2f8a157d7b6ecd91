import Testing

@testable import Media

@Suite("Timestamps put right")
struct TimestampTests {
    typealias Times = TimestampNormalizer.Times

    @Test("The first picture shown is time 0, and decoding times before it are negative")
    func originIsFirstPicture() {
        var line = TimestampNormalizer(mode: .file, framesPerSecond: 10)
        #expect(line.video(pts: 118_000, dts: 100_000, arrivalSeconds: 0) == Times(pts: 0, dts: -18_000))
        #expect(line.video(pts: 145_000, dts: 109_000, arrivalSeconds: 0) == Times(pts: 27_000, dts: -9_000))
        #expect(line.video(pts: 127_000, dts: 118_000, arrivalSeconds: 0) == Times(pts: 9_000, dts: 0))
    }

    @Test("First packets without timestamps get the frame rate's, and the known ones join on")
    func missingAtStart() {
        var line = TimestampNormalizer(mode: .live, framesPerSecond: 15)
        #expect(line.video(pts: nil, dts: nil, arrivalSeconds: 0) == Times(pts: 0, dts: 0))
        #expect(line.video(pts: nil, dts: nil, arrivalSeconds: 0) == Times(pts: 6_000, dts: 6_000))
        #expect(line.video(pts: 900_000, dts: 900_000, arrivalSeconds: 0.1) == Times(pts: 12_000, dts: 12_000))
        #expect(line.video(pts: 906_000, dts: 906_000, arrivalSeconds: 0.2) == Times(pts: 18_000, dts: 18_000))
    }

    @Test("B-frames without decoding times at the start, as they come by RTSP, are shown when they should be")
    func missingDecodingTimesWithBFrames() {
        var line = TimestampNormalizer(mode: .live, framesPerSecond: 15, reorderFrames: 2)
        let came: [(Int64?, Int64?)] = [(nil, nil), (18_000, nil), (12_000, nil), (6_000, 6_000), (48_000, 12_000)]
        let times = came.map { line.video(pts: $0.0, dts: $0.1, arrivalSeconds: 0) }
        #expect(times.map(\.pts) == [0, 18_000, 12_000, 6_000, 48_000])
        #expect(times.map(\.dts) == [-12_000, -6_000, 0, 6_000, 12_000])
    }

    @Test("A missing timestamp in the middle is interpolated")
    func missingInTheMiddle() {
        var line = TimestampNormalizer(mode: .file, framesPerSecond: 10)
        _ = line.video(pts: 0, dts: 0, arrivalSeconds: 0)
        #expect(line.video(pts: nil, dts: nil, arrivalSeconds: 0).dts == 9_000)
        #expect(line.video(pts: 18_000, dts: 18_000, arrivalSeconds: 0).dts == 18_000)
    }

    @Test("Times rise strictly when the source repeats itself")
    func repeatedTimes() {
        var line = TimestampNormalizer(mode: .file, framesPerSecond: 10)
        let times = [0, 9_000, 9_000, 8_000, 18_000].map { line.video(pts: $0, dts: $0, arrivalSeconds: 0).dts }
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        #expect(times.last == 18_000)
    }

    @Test(
        "A live clock that jumps is bridged by what passed on ours, forwards and backwards",
        arguments: [-1, 1] as [Int64])
    func liveJump(direction: Int64) {
        var line = TimestampNormalizer(mode: .live, framesPerSecond: 10)
        let base: Int64 = 1 << 33
        _ = line.video(pts: base, dts: base, arrivalSeconds: 100)
        _ = line.video(pts: base + 9_000, dts: base + 9_000, arrivalSeconds: 100.1)
        let jumped = base + direction * 90_000 * 1_000
        #expect(line.video(pts: jumped, dts: jumped, arrivalSeconds: 100.3).dts == 27_000)
        #expect(line.video(pts: jumped + 9_000, dts: jumped + 9_000, arrivalSeconds: 100.4).dts == 36_000)
    }

    @Test("A pause that was waited for stays a pause")
    func livePause() {
        var line = TimestampNormalizer(mode: .live, framesPerSecond: 10)
        _ = line.video(pts: 0, dts: 0, arrivalSeconds: 0)
        #expect(line.video(pts: 20 * 90_000, dts: 20 * 90_000, arrivalSeconds: 20).dts == 20 * 90_000)
    }

    @Test("A gap in a file stays a gap")
    func fileGap() {
        var line = TimestampNormalizer(mode: .file, framesPerSecond: 10)
        _ = line.video(pts: 0, dts: 0, arrivalSeconds: 0)
        #expect(line.video(pts: 60 * 90_000, dts: 60 * 90_000, arrivalSeconds: 0).dts == 60 * 90_000)
    }

    @Test("A source without a clock of its own goes by the arrival")
    func arrivalMode() {
        var line = TimestampNormalizer(mode: .arrival, framesPerSecond: 25)
        #expect(line.video(pts: 77, dts: 77, arrivalSeconds: 50).pts == 0)
        #expect(line.video(pts: 78, dts: 78, arrivalSeconds: 50.5).pts == 45_000)
    }

    @Test("Sound keeps its distance to the picture")
    func audioOffset() {
        var line = TimestampNormalizer(mode: .file, framesPerSecond: 10)
        #expect(!line.knowsOrigin)
        _ = line.video(pts: 90_000, dts: 90_000, arrivalSeconds: 0)
        #expect(line.audio(pts: 90_900, duration: 1_920, arrivalSeconds: 0).pts == 900)
        #expect(line.audio(pts: nil, duration: 1_920, arrivalSeconds: 0).pts == 2_820)
    }

    @Test("Smoothed arrival follows the earliest packets, not the late ones")
    func smoothing() {
        var smoother = ArrivalSmoother()
        _ = smoother.arrival(mediaSeconds: 0, arrivalSeconds: 10.5)
        #expect(smoother.arrival(mediaSeconds: 1, arrivalSeconds: 11.1) == 11.1)
        let late = smoother.arrival(mediaSeconds: 2, arrivalSeconds: 13.1)
        #expect(abs(late - 12.11) < 1e-9)
    }
}
