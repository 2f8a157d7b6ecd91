import Domain
import Foundation
import Media
import Storage
import TestSupport
import Testing

@testable import Recording

/// Figures, not assertions: `AISLEWATCH_FIGURES=1`, as `make soak` sets it.
@Suite("Figures", .serialized, .enabled(if: ProcessInfo.processInfo.environment["AISLEWATCH_FIGURES"] != nil), .mayWait)
struct FigureTests {
    @Test("confirmed until the pre-roll is on disk, and closed until the row is committed")
    func times() async throws {
        let fixture = try RecordingFixture()
        // 10 s of pre-roll at some 4 Mbit/s, a key frame a second.
        let video = try TestVideo.make(
            fixture.folder.file("a.mp4"), size: "1280x720", seconds: 14,
            codec: ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "4M", "-g", "10", "-bf", "0"])
        fixture.feed(try fixture.packets(video))
        var prepared: [Double] = [], closed: [Double] = []
        for round in 0..<60 {
            let recorder = fixture.recorder(RecordingSettings(preRollSeconds: 10, postRollSeconds: 10))
            let incident = try fixture.incident("i\(round)", from: 12, to: 13)
            let began = ContinuousClock.now
            try await recorder.prepare(incident)
            prepared.append((ContinuousClock.now - began) / .milliseconds(1))
            try await recorder.handle(.new(incident))
            let closing = ContinuousClock.now
            await recorder.close()
            closed.append((ContinuousClock.now - closing) / .milliseconds(1))
        }
        print("figure: confirmed -> pre-roll on disk: \(Self.text(prepared))")
        print("figure: clip closed -> row committed: \(Self.text(closed))")
    }

    @Test("memory over 10,000 incidents")
    func memory() async throws {
        let fixture = try RecordingFixture()
        fixture.feed(try fixture.packets(fixture.video(seconds: 5)))
        let recorder = fixture.recorder(RecordingSettings(preRollSeconds: 1, postRollSeconds: 1))
        for round in 1...10_000 {
            let incident = try fixture.incident("i\(round)", from: 3, to: 3.1, phase: .ended)
            try await recorder.prepare(incident)
            try await recorder.handle(.new(incident))
            if round % 100 == 0 { await recorder.waitUntilDone() }
            if round == 500 || round % 1_000 == 0 {
                print("figure: \(round) incidents: \(try Self.residentMegabytes()) MB")
            }
        }
    }

    private static func text(_ values: [Double]) -> String {
        let sorted = values.sorted()
        let p95 = sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
        return String(
            format: "median %.0f ms, p95 %.0f ms, longest %.0f ms (%d)", sorted[sorted.count / 2], p95,
            sorted.last ?? 0, sorted.count)
    }

    private static func residentMegabytes() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
        return ((Int(pages) ?? 0) * 4096) >> 20
    }
}
