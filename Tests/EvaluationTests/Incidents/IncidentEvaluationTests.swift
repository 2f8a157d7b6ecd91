import Camera
import Domain
import Foundation
import Media
import Synchronization
import TestSupport
import Testing

@testable import Evaluation

@Suite("Incident evaluation")
struct IncidentEvaluationTests {
    @Test("a folder of clips: hits, misses of unknown kinds, clips without labels, broken files")
    func folder() async throws {
        let folder = try TemporaryDirectory()
        func label(_ name: String, _ kind: String) throws {
            let times = kind == "none" ? "" : #", "start_s": 2.0, "end_s": 2.7, "region": [100, 40, 20, 110]"#
            try Data("{\"size\": [320, 180], \"incident\": {\"kind\": \"\(kind)\"\(times)}}".utf8)
                .write(to: folder.file("\(name).json"))
        }
        for name in ["a_fall", "b_stack", "c_free"] { try TestVideo.make(folder.file("\(name).mp4"), seconds: 5) }
        try label("a_fall", "falling_object")
        try label("b_stack", "toppled_stack")
        try Data("not a video".utf8).write(to: folder.file("d_broken.mp4"))
        let report = try await IncidentEvaluation(makeObserver: { FallSeer() }).run(directory: folder.url)
        #expect(report.clips.map(\.clip) == ["a_fall", "b_stack", "c_free", "d_broken"])
        #expect(report.clips.map(\.expected) == ["falling_object", "toppled_stack", "none", "unknown"])
        #expect(report.clips.map(\.isHit) == [true, false, nil, false])
        #expect(report.clips.map(\.falseAlarms) == [0, 1, 1, 0])
        #expect(report.clips[3].error?.contains("d_broken") == true)
        let delay = try #require(report.clips[0].delaySeconds)
        #expect(delay > 0.2 && delay < 0.8)
        #expect(report.total.incidents == 3 && report.total.hits == 1)
        // Ten seconds of pre-roll and post-roll hold all of a five second clip, but not the container's own bytes.
        #expect(report.total.bytesKept > 0 && report.total.bytesKept < report.total.bytesSeen)
        #expect((report.total.cpuSecondsPerMediaSecond ?? 0) > 0)
        let again = try await IncidentEvaluation(makeObserver: { FallSeer() }).run(directory: folder.url)
        #expect(again.clips == report.clips)
    }

    @Test("a clip whose event begins within the warm-up is judged with its first frame held; its times stay the clip's")
    func heldFirstFrame() async throws {
        let folder = try TemporaryDirectory()
        try TestVideo.make(folder.file("early.mp4"), seconds: 5)
        try Data(
            #"{"size": [320, 180], "incident": {"kind": "falling_object", "start_s": 0.5, "end_s": 1.2, "region": [100, 40, 20, 110]}}"#
                .utf8
        ).write(to: folder.file("early.json"))
        // The fall that is seen at 2 s is at 0.5 s of the clip when its first frame is held for 1.5 s.
        let settings = IncidentEvaluation.Settings(holdFirstFrameSeconds: 1.5)
        let report = try await IncidentEvaluation(settings: settings, makeObserver: { FallSeer() }).run(
            directory: folder.url)
        #expect(report.clips.map(\.isHit) == [true] && report.clips.map(\.falseAlarms) == [0])
        let detected = try #require(report.clips.first?.detected.first)
        #expect(abs(detected.startSeconds - 0.5) < 0.3)
        let delay = try #require(report.clips.first?.delaySeconds)
        #expect(delay > 0.2 && delay < 0.8)
    }

    @Test("a clip that breaks off is judged as far as it goes, and that is reported")
    func shortClip() async throws {
        let folder = try TemporaryDirectory()
        let whole = try TestVideo.make(
            folder.file("a_whole.mp4"), seconds: 5,
            codec: ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-movflags", "faststart"])
        let data = try Data(contentsOf: whole)
        try data.prefix(data.count * 7 / 10).write(to: folder.file("b_short.mp4"))
        let broken = Mutex<[String]>([])
        let report = try await IncidentEvaluation(makeObserver: { FallSeer() }).run(directory: folder.url) { progress in
            if case .brokeOff(let fileBreak) = progress { broken.withLock { $0.append(fileBreak.path) } }
        }
        #expect(report.clips.map { $0.fileBreak == nil } == [true, false])
        #expect(report.clips[1].error == nil && report.clips[1].detected.map(\.kind) == ["falling_object"])
        #expect(report.clips[1].fileBreak?.expectedSeconds.map { abs($0 - 5) < 0.2 } == true)
        #expect(broken.withLock { $0 } == [folder.file("b_short.mp4").path])
        let json = try #require(
            JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
        let clips = try #require(json["clips"] as? [[String: Any]])
        #expect(clips[0]["breaks_off_s"] == nil && clips[1]["breaks_off_s"] is Double)
    }

    @Test("a folder that is missing or holds no clips is refused")
    func noClips() async throws {
        let folder = try TemporaryDirectory()
        let evaluation = IncidentEvaluation(makeObserver: { FallSeer() })
        await #expect(throws: IncidentEvaluationError.noClips(path: folder.url.path)) {
            _ = try await evaluation.run(directory: folder.url)
        }
        await #expect(throws: IncidentEvaluationError.self) {
            _ = try await evaluation.run(directory: folder.file("nothing"))
        }
    }
}
