import Domain
import Foundation
import Incidents
import TestSupport
import Testing
import Vision

@testable import Evaluation

/// `camera_tampered`, `person_down` and `near_miss` on video, through all that the daemon runs but the network.
@Suite("Safety rules on frames")
struct SafetyOnFramesTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// What is done to a camera 10 s after the start, as filters of ffmpeg.
    static let tampering: [(name: String, filters: [String], isReported: Bool)] = [
        ("covered", ["drawbox=color=black@0.96:t=fill:enable='gte(t,10)'"], true),
        ("blurred", ["gblur=sigma=8:enable='gte(t,10)'"], true),
        (
            "turned",
            [
                "split[a][b];[b]crop=iw/2:ih/2:0:ih/2,scale=iw*2:ih*2[c];[a][c]overlay=enable='gte(t,10)'"
            ], true
        ),
        ("frozen", ["trim=end=10,tpad=stop_mode=clone:stop_duration=12"], true),
        ("dimmed", ["eq=brightness=-0.2:contrast=0.7:enable='gte(t,10)'"], false),
        ("untouched", ["null"], false),
    ]

    private func evaluate(_ folder: URL, _ rules: RuleSettings) async throws -> IncidentReport {
        try await IncidentEvaluation(
            settings: IncidentEvaluation.Settings(rules: rules),
            makeObserver: { SceneTracker(settings: SceneSettings(), family: nil) }
        ).run(directory: folder)
    }

    @Test("a camera that is covered, blurred, turned or frozen is told; weaker light is not", arguments: tampering)
    func tampered(name: String, filters: [String], isReported: Bool) async throws {
        let folder = try TemporaryDirectory()
        try TestVideo.ffmpeg(
            [
                "-stream_loop", "1", "-i", Self.root.appending(path: "samples/quiet_walk.mp4").path, "-t", "22",
                "-filter_complex", "[0:v]scale=480:270," + filters.joined(separator: ","), "-c:v", "libx264",
                "-preset", "veryfast", "-g", "25", "-pix_fmt", "yuv420p",
            ], to: folder.file("\(name).mp4"))
        var rules = RuleSettings()
        rules.cameraTampered.frozenSeconds = 8
        let clip = try #require(try await evaluate(folder.url, rules).clips.first)
        #expect(clip.error == nil)
        #expect(clip.detected.map(\.kind) == (isReported ? ["camera_tampered"] : []))
        // What a frozen picture is compared with is up to 6 s younger than the moment at which it froze.
        let latest = name == "frozen" ? 17.0 : 12
        if let told = clip.detected.first { #expect(told.startSeconds > 9 && told.startSeconds < latest) }
    }

    @Test(
        "a worker who falls and stays down, and a truck that stops just before one, are told once, and nothing else",
        arguments: ["person_down", "near_miss"])
    func danger(name: String) async throws {
        var rules = RuleSettings()
        rules.personDown.enabled = true
        rules.nearMiss.enabled = true
        let folder = try TemporaryDirectory()
        for ending in ["mp4", "json"] {
            try FileManager.default.copyItem(
                at: Self.root.appending(path: "Tests/Clips/\(name).\(ending)"), to: folder.file("\(name).\(ending)"))
        }
        let clip = try #require(try await evaluate(folder.url, rules).clips.first)
        #expect(clip.isHit == true && clip.falseAlarms == 0 && clip.detected.map(\.kind) == [name])
    }

    @Test("people who walk, carry, set down and push carts are neither down nor nearly hit")
    func normalWork() async throws {
        var rules = RuleSettings()
        rules.personDown.enabled = true
        rules.nearMiss.enabled = true
        let folder = try TemporaryDirectory()
        for name in ["quiet_walk", "quiet_place", "quiet_cart"] {
            try FileManager.default.copyItem(
                at: Self.root.appending(path: "samples/\(name).mp4"), to: folder.file("\(name).mp4"))
        }
        let report = try await evaluate(folder.url, rules)
        #expect(report.clips.count == 3 && report.clips.allSatisfy { $0.detected.isEmpty && $0.error == nil })
    }
}
