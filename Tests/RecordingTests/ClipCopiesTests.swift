import Domain
import Foundation
import Media
import Synchronization
import TestSupport
import Testing

@testable import Recording

@Suite("Copies of clips for other browsers", .mayWait, .timeLimit(.minutes(10)))
struct ClipCopiesTests {
    private static let hevc = [
        "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:bframes=0",
    ]
    private let folder: TemporaryDirectory
    private let clock = ManualClock()
    private let files: ClipFiles

    init() throws {
        folder = try TemporaryDirectory()
        files = ClipFiles(root: folder.file("clips"))
    }

    /// A finished clip whose file is the given one, or a film of H.265.
    private func clip(_ id: String = "01clip", seconds: Double = 6, data: Data? = nil) throws -> Clip {
        guard let camera = CameraID(rawValue: "aisle-4") else { throw CancellationError() }
        let clip = Clip(
            id: ClipID(rawValue: id), camera: camera, state: .finished, path: "aisle-4/2026-05-28/\(id).mp4",
            startDate: clock.now(), start: MediaTime(seconds: 0), durationSeconds: seconds)
        let url = try #require(files.url(clip.path))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        if let data { try data.write(to: url) } else { try TestVideo.make(url, seconds: seconds, codec: Self.hevc) }
        return clip
    }

    private func copies(
        gate: Gate? = nil, _ change: (inout ClipCopies.Limits) -> Void = { _ in }
    ) -> ClipCopies {
        var limits = ClipCopies.Limits()
        limits.reserveBytes = 0
        change(&limits)
        let held = gate.map { HeldClock(clock, $0) }
        return ClipCopies(files: files, limits: limits, clock: held ?? clock)
    }

    /// Holds the thread that makes copies: who asks first looks at the clock first, that thread second.
    private final class HeldClock: WallClock {
        private let clock: ManualClock
        private let gate: Gate
        private let looks = Atomic<Int>(0)

        init(_ clock: ManualClock, _ gate: Gate) {
            self.clock = clock
            self.gate = gate
        }

        func now() -> Date { clock.now() }
        func sleep(seconds: Double) async throws { try await clock.sleep(seconds: seconds) }

        func monotonicSeconds() -> Double {
            if looks.add(1, ordering: .relaxed).newValue == 2 { gate.wait() }
            return clock.monotonicSeconds()
        }
    }

    /// Asks until there is an end.
    private func end(
        _ copies: ClipCopies, _ clip: Clip, from: Double = 3, each: (ClipCopies.Answer) -> Void = { _ in }
    ) async -> ClipCopies.Answer {
        while true {
            let answer = await copies.ask(for: clip, fromSeconds: from)
            each(answer)
            switch answer {
            case .ready, .failed: return answer
            case .waiting, .making: await Task.yield()
            }
        }
    }

    private var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: files.copies.path)) ?? []).sorted()
    }

    @Test("an H.265 clip becomes H.264 of the same length; nothing else stays, and the clip is as it was")
    func made() async throws {
        let clip = try clip(), source = try #require(files.videoFile(of: clip))
        let before = try FileDigest(of: source)
        let copies = copies()
        var starts: Set<Double> = [], furthest = 0.0
        let answer = await end(copies, clip) { answer in
            guard case .making(let making) = answer else { return }
            if making.part != nil { starts.insert(making.startSeconds) }
            #expect(making.progress >= furthest && making.progress <= 1)
            furthest = making.progress
        }
        guard case .ready(let url) = answer else {
            Issue.record("\(answer)")
            return
        }
        // Half a second before what was asked for.
        #expect(starts.allSatisfy { abs($0 - 2.5) < 0.01 })
        let kind = try TestVideo.ffprobe(
            ["-count_frames", "-show_entries", "stream=codec_name,nb_read_frames", "-of", "csv=p=0"], url)
        #expect(kind.hasPrefix("h264,60"))
        #expect(names == ["01clip.mp4"])
        #expect(try FileDigest(of: source) == before)
        #expect(await copies.ask(for: clip, fromSeconds: 0) == .ready(url))
    }

    @Test("a clip that can't be read, one that is gone and one that is being recorded say so, and nothing stays")
    func broken() async throws {
        let copies = copies()
        let damaged = try clip("01clip", data: Data("no film".utf8))
        #expect(await end(copies, damaged) == .failed(.damaged))
        // Not tried again at each question.
        #expect(await copies.ask(for: damaged, fromSeconds: 0) == .failed(.damaged))
        clock.advance(seconds: 31)
        #expect(await copies.ask(for: damaged, fromSeconds: 0) == .waiting(ahead: 0))
        #expect(await end(copies, damaged) == .failed(.damaged))
        var gone = try clip("02clip", data: Data("x".utf8))
        try FileManager.default.removeItem(at: try #require(files.videoFile(of: gone)))
        #expect(await end(copies, gone) == .failed(.notThere))
        gone.state = .recording
        #expect(await copies.ask(for: gone, fromSeconds: 0) == .failed(.notThere))
        #expect(names.isEmpty)
    }

    @Test("one is made at a time; what nobody waits for any more is not made")
    func givenUp() async throws {
        let gate = Gate()
        let copies = copies(gate: gate) { $0.patienceSeconds = 10 }
        let first = try clip("01clip"), second = try clip("02clip"), third = try clip("03clip")
        _ = await copies.ask(for: first, fromSeconds: 0)
        gate.waitUntilHeld()
        #expect(await copies.ask(for: second, fromSeconds: 0) == .waiting(ahead: 1))
        #expect(await copies.ask(for: third, fromSeconds: 0) == .waiting(ahead: 2))
        // All have gone but one.
        clock.advance(seconds: 11)
        #expect(await copies.ask(for: third, fromSeconds: 0) == .waiting(ahead: 2))
        gate.open()
        guard case .ready = await end(copies, third) else {
            Issue.record("the third was not made")
            return
        }
        #expect(names == ["03clip.mp4"])
    }

    @Test("a copy that takes too long or gets too large fails, and too many are refused")
    func bounded() async throws {
        let large = copies { $0.maxCopyBytes = 20_000 }
        #expect(await end(large, try clip("01clip")) == .failed(.tooLarge))
        let slow = copies { $0.maxSeconds = -1 }
        #expect(await end(slow, try clip("02clip")) == .failed(.tooSlow))
        let full = copies { $0.reserveBytes = .max / 2 }
        #expect(await end(full, try clip("03clip")) == .failed(.noRoom))
        let gate = Gate()
        defer { gate.open() }
        let one = copies(gate: gate) { $0.maxWaiting = 0 }
        _ = await one.ask(for: try clip("04clip"), fromSeconds: 0)
        gate.waitUntilHeld()
        #expect(await one.ask(for: try clip("05clip"), fromSeconds: 0) == .failed(.busy))
        #expect(names.isEmpty)
    }

    @Test("the copies together stay below the limit: the one used longest ago goes, also at the next start")
    func leastUsed() async throws {
        let clips = [try clip("01clip"), try clip("02clip"), try clip("03clip")]
        let roomy = copies()
        for clip in clips { _ = await end(roomy, clip) }
        func age(_ clip: Clip, _ seconds: Double) throws {
            let copy = try #require(files.copy(of: clip))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: copy.path)
        }
        let bytes = try clips.map { try #require(files.copy(of: $0)) }.map { try FileDigest(of: $0).bytes }
        try age(clips[0], 300)
        try age(clips[1], 200)
        try age(clips[2], 100)
        // Looked at now.
        _ = await roomy.ask(for: clips[0], fromSeconds: 0)
        try Data().write(to: files.copies.appending(path: "09clip.after"))
        let tight = copies { $0.maxBytes = bytes[0] + bytes[2] + 10 }
        #expect(names == ["01clip.mp4", "03clip.mp4"])
        _ = await end(tight, clips[1])
        #expect(names == ["01clip.mp4", "02clip.mp4"])
        tight.removeAll()
        #expect(names.isEmpty)
    }

    @Test("a copy is deleted with its clip")
    func deleted() async throws {
        let clip = try clip()
        _ = await end(copies(), clip)
        #expect(try files.all(of: clip).contains(#require(files.copy(of: clip))))
    }
}
