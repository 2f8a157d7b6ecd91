import Camera
import Domain
import Foundation
import Incidents
import Media
import Synchronization
import TestSupport
import Testing
import Vision

@testable import Evaluation

@Suite("A still scene before an incident", .timeLimit(.minutes(10)))
struct AdaptiveTests {
    /// Counts what is analysed.
    private final class CountingObserver: SceneObserver {
        let tracker = SceneTracker()
        private let count: Mutex<Int>

        init() { count = Mutex(0) }

        var frames: Int { count.withLock { $0 } }
        var isAtRest: Bool { get async { await tracker.isAtRest } }

        func isUnchanged(_ frame: VideoFrame) async -> Bool { await tracker.isUnchanged(frame) }

        func observe(_ frame: VideoFrame) async throws -> SceneObservation {
            count.withLock { $0 += 1 }
            return try await tracker.observe(frame)
        }
    }

    /// So long the sample's first frame is shown before it goes on, with noise as of a sensor.
    private static let stillSeconds = 50.0
    private static let samples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "samples")

    /// What is encoded as cameras do it: a key frame every 2 s, the bit rate as the scene needs it.
    private func film(_ sample: String, _ folder: TemporaryDirectory, _ encoder: [String]) throws {
        let source = Self.samples.appending(path: "\(sample).mp4")
        let rate = try TestVideo.ffprobe(
            ["-select_streams", "v", "-show_entries", "stream=r_frame_rate", "-of", "csv=p=0"], source
        ).trimmingCharacters(in: .whitespacesAndNewlines)
        let first = try TestVideo.ffmpeg(["-i", source.path, "-frames:v", "1"], to: folder.file("\(sample).png"))
        try TestVideo.ffmpeg(
            [
                "-loop", "1", "-framerate", rate, "-t", "\(Self.stillSeconds)", "-i", first.path, "-i", source.path,
                "-filter_complex",
                "[0:v]setsar=1,format=yuv420p[still];[1:v]setsar=1,format=yuv420p[event];"
                    + "[still][event]concat=n=2:v=1,noise=alls=4:allf=t,format=yuv420p",
                "-force_key_frames", "expr:gte(t,n_forced*2)",
            ] + encoder, to: folder.file("\(sample).mp4"))
    }

    /// The zones that the sample's label names.
    private func copyLabel(_ sample: String, _ folder: TemporaryDirectory) throws {
        try FileManager.default.copyItem(
            at: Self.samples.appending(path: "\(sample).json"), to: folder.file("\(sample).json"))
    }

    private func evaluate(_ folder: TemporaryDirectory, isContinuous: Bool) async throws -> (
        clips: [IncidentReport.Clip], frames: [Int]
    ) {
        let observers = Mutex<[CountingObserver]>([])
        let report = try await IncidentEvaluation(
            settings: IncidentEvaluation.Settings(rules: .labelledClips, isContinuous: isContinuous),
            makeObserver: {
                let observer = CountingObserver()
                observers.withLock { $0.append(observer) }
                return observer
            }
        ).run(directory: folder.url)
        return (report.clips, observers.withLock { $0.map(\.frames) })
    }

    @Test("the same incidents are found at the same time whether or not it is decoded")
    func sameIncidents() async throws {
        let folder = try TemporaryDirectory()
        let plain = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", "-sc_threshold", "0", "-crf", "26"]
        for sample in ["fall_box", "left_in_walkway", "spill_leak", "topple_stack"] {
            try film(sample, folder, plain)
            try copyLabel(sample, folder)
        }
        let all = try await evaluate(folder, isContinuous: true), some = try await evaluate(folder, isContinuous: false)
        #expect(all.clips.map(\.clip) == some.clips.map(\.clip) && all.clips.allSatisfy { !$0.detected.isEmpty })
        for (one, other) in zip(all.clips, some.clips) {
            #expect(one.detected.map(\.kind) == other.detected.map(\.kind), "\(one.clip)")
            for (a, b) in zip(one.detected, other.detected) {
                #expect(abs(a.startSeconds - b.startSeconds) <= 0.5, "\(one.clip): \(a.kind)")
                #expect(abs(a.endSeconds - b.endSeconds) <= 0.5, "\(one.clip): \(a.kind)")
            }
        }
        // Half of the still stretch is learned from; of the rest little is left.
        for (one, other) in zip(all.frames, some.frames) { #expect(other < one * 7 / 10) }
    }
}
