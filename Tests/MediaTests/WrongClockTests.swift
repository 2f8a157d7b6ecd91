import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

/// Clocks of cameras and files that say anything: all frames come, in rising order, and nothing overflows.
@Suite("Clocks that say nonsense", .mayWait)
struct WrongClockTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    @Test(
        "Clips whose times stand still, jump, repeat or go missing give all their frames in rising order",
        arguments: [
            "ts=0", "ts=N*TB*0+7", "pts=DTS:dts=DTS", "ts=if(gte(N\\,10)\\,9000000000000\\,0)+N*100",
            "ts=if(gte(N\\,10)\\,N-1000000\\,N)*100+200000000", "ts=floor(N/4)*400", "ts=-4000000000000+N*100",
            "pts=if(eq(mod(N\\,3)\\,0)\\,NOPTS\\,PTS):dts=DTS", "ts=if(lt(N\\,10)\\,NOPTS\\,N*100)",
        ])
    func clips(filter: String) async throws {
        let plain = try TestVideo.make(folder.file("a.mp4"), size: "64x48", seconds: 3)
        for container in ["nut", "mkv", "ts"] {
            let file = folder.file("b.\(container)")
            // Some containers refuse some of it.
            guard
                (try? TestVideo.ffmpeg(["-i", plain.path, "-c", "copy", "-bsf:v", "setts=\(filter)"], to: file)) != nil
            else { continue }
            let frames: [VideoFrame]
            do { frames = try await FileFrameFeed.frames(file) } catch is MediaError { continue }
            let times = frames.map(\.time.pts90k)
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
            #expect(frames.allSatisfy { $0.date.timeIntervalSince1970.isFinite })
        }
    }

    @Test("Whatever packets say, their times rise and stay within bounds", arguments: 0..<8)
    func anything(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let extremes: [Int64?] = [
            nil, .min, .min + 1, .max, .max - 1, 0, -1, 1, 1 << 32, 1 << 33, -(1 << 33), 1 << 59, -(1 << 59), 1 << 60,
            1 << 62,
        ]
        let moments = [0, 1, -1, 1e3, 1e18, -1e18, Double.nan, .infinity, -.infinity, 1e300, 2.9e9]
        for mode in [TimestampNormalizer.Mode.file, .live, .arrival] {
            for rate in [10, 0, -3, Double.nan, .infinity, 1e-300, 1e300] {
                var line = TimestampNormalizer(mode: mode, framesPerSecond: rate, reorderFrames: seed * 1000)
                var last = Int64.min
                var fault: String?
                for number in 0..<300 {
                    let isPlain = random.next() % 3 == 0
                    let raw = extremes[Int(random.next() % UInt64(extremes.count))]
                    let other = extremes[Int(random.next() % UInt64(extremes.count))]
                    let arrival = moments[Int(random.next() % UInt64(moments.count))]
                    let times = line.video(
                        pts: isPlain ? Int64(number) * 9000 : raw, dts: isPlain ? Int64(number) * 9000 : other,
                        arrivalSeconds: isPlain ? Double(number) / 10 : arrival)
                    if times.dts <= last || times.pts < times.dts || times.pts >= Ticks.limit { fault = "\(times)" }
                    last = times.dts
                    let sound = line.audio(
                        pts: raw, duration: other ?? 0, arrivalSeconds: arrival)
                    if abs(sound.pts) >= Ticks.limit { fault = "sound \(sound)" }
                }
                #expect(fault == nil, "\(mode), \(rate) frames a second")
            }
        }
    }

    @Test("Moments and dates from anywhere are looked up in a ring without overflow")
    func ring() throws {
        let ring = PacketRing(seconds: 10, maxBytes: 1 << 20)
        let parameters = try StreamParameters.made()
        for number in 0..<20 {
            ring.append(try .made(ticks: Int64(number) * 9000, isKey: number % 5 == 0), parameters: parameters)
        }
        for seconds in [0, 1e300, -1e300, Double.infinity, -.infinity, .nan] {
            let time = ring.time(at: Date(timeIntervalSince1970: seconds))
            #expect(time.map { abs($0.pts90k) <= Ticks.limit } ?? true)
        }
        for ticks in [Int64.min, .max, 0] {
            _ = ring.date(at: MediaTime(pts90k: ticks))
            _ = ring.makeCursor(from: MediaTime(pts90k: ticks)).nextIfPresent()
            _ = try? StillFrames.shown(in: ring, at: MediaTime(pts90k: ticks))
        }
    }

    @Test("Seconds of a file from anywhere")
    func stills() throws {
        let file = try TestVideo.make(folder.file("a.mp4"), size: "64x48", seconds: 1)
        #expect(try StillFrames.shown(in: file, at: 0.95)?.time.seconds == 0.9)
        for seconds in [1e300, Double.infinity] { #expect(try StillFrames.shown(in: file, at: seconds) == nil) }
        for seconds in [-1e300, -Double.infinity] { #expect(try StillFrames.shown(in: file, at: seconds) == nil) }
        _ = try StillFrames.shown(in: file, at: .nan)
    }
}
