import Camera
import Domain
import Foundation
import Media
import TestSupport
import Testing

@testable import Evaluation

@Suite("False alarms on quiet footage")
struct QuietEvaluationTests {
    private func folder(_ names: [String]) throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        for name in names { try TestVideo.make(folder.file(name), framesPerSecond: 20, seconds: 6) }
        return folder
    }

    @Test("each film is played in each round, changed otherwise each time, until the hours are over")
    func rounds() async throws {
        let folder = try folder(["a.mp4", "b.mp4"])
        let films = try QuietEvaluation.films(in: folder.url)
        let report = try await QuietEvaluation(settings: .init(hours: 24.0 / 3600, seed: 5, atOnce: 1)) { FallSeer() }
            .run(films: films)
        #expect(report.hours >= 24.0 / 3600 && report.hours < 36.0 / 3600)
        #expect(report.turns >= 4 && report.failures.isEmpty)
        #expect(report.films.keys.sorted() == ["a.mp4", "b.mp4"])
        #expect(abs(report.films["a.mp4", default: 0] - report.films["b.mp4", default: 0]) <= 1)
        #expect(Set(report.alarms.map(\.change)).count == report.alarms.count)
    }

    @Test("an alarm says kind, film, change, turn and second, and its turn played alone gives it again")
    func again() async throws {
        let folder = try folder(["a.mp4", "b.mp4"])
        let films = try QuietEvaluation.films(in: folder.url)
        let report = try await QuietEvaluation(settings: .init(hours: 20.0 / 3600, seed: 9, atOnce: 2)) { FallSeer() }
            .run(films: films)
        let alarm = try #require(report.alarms.last)
        #expect(alarm.kind == "falling_object" && alarm.seconds > 2 && alarm.seconds < 6 && !alarm.change.isEmpty)
        let alone = try await QuietEvaluation(settings: .init(hours: 1e-9, seed: 9, firstTurn: alarm.turn, atOnce: 1)) {
            FallSeer()
        }.run(films: films)
        #expect(alone.alarms == report.alarms.filter { $0.turn == alarm.turn })
        let kept = folder.file("kept.mp4")
        let words = try await QuietEvaluation(settings: .init(seed: 9)) { FallSeer() }
            .keep(turn: alarm.turn, films: films, at: kept)
        #expect(words == "\(alarm.film), \(alarm.change)")
        #expect(try Demuxer(SourceOptions(url: kept.path)).info.frameSize == alarm.frameSize)
    }

    @Test("every change can be made of a film of any size: 24 seeds give films with frames")
    func changes() async throws {
        let folder = try TemporaryDirectory()
        let film = folder.file("a.mp4")
        try TestVideo.make(film, size: "162x122", framesPerSecond: 25, seconds: 2)
        var words: Set<String> = []
        for seed in 0..<24 {
            let seer = FallSeer()
            let report = try await QuietEvaluation(settings: .init(hours: 1e-9, seed: UInt64(seed), atOnce: 1)) { seer }
                .run(films: [film])
            #expect(report.failures.isEmpty, "seed \(seed): \(report.failures.first?.reason ?? "")")
            let seen = seer.seen.withLock { $0 }
            #expect(seen.count >= 8, "seed \(seed)")
            #expect((1.2...2.9).contains(seen.last?.seconds ?? 0), "seed \(seed)")
            words.formUnion(FootageChange(seed: UInt64(seed)).words.map { $0.prefix { !$0.isNumber }.description })
        }
        #expect(
            words.isSuperset(of: [
                "mirrored", "cut to ", "speed ", "gamma ", "rain", "an insect before the lens", "noise ", "CRF ",
            ]))
    }

    @Test("films whose label names an incident are left out; a folder without a quiet film is refused")
    func labels() throws {
        let folder = try folder(["fall.mp4", "walk.mp4", "free.mp4"])
        try Data(#"{"size": [320, 180], "incident": {"kind": "none"}}"#.utf8).write(to: folder.file("walk.json"))
        try Data(
            #"{"size": [320, 180], "incident": {"kind": "spill", "start_s": 1, "end_s": 2, "region": [1, 1, 9, 9]}}"#
                .utf8
        ).write(to: folder.file("fall.json"))
        let films = try QuietEvaluation.films(in: folder.url)
        #expect(films.map(\.lastPathComponent) == ["free.mp4", "walk.mp4"])
        #expect(try QuietEvaluation.films(in: folder.url, nameContains: "walk").count == 1)
        #expect(throws: EvaluationError.self) { try QuietEvaluation.films(in: folder.url, nameContains: "nosuch") }
    }

    @Test(
        "films that can't be played are named; when none can, the run ends with the reason instead of going on for ever"
    )
    func broken() async throws {
        let folder = try folder(["whole.mp4"])
        try Data("no film".utf8).write(to: folder.file("broken.mp4"))
        let all = try QuietEvaluation.films(in: folder.url)
        let report = try await QuietEvaluation(settings: .init(hours: 12.0 / 3600, atOnce: 1)) { FallSeer() }.run(
            films: all)
        #expect(report.turns >= 2 && report.failures.first?.film == "broken.mp4")
        await #expect(throws: EvaluationError.self) {
            try await QuietEvaluation(settings: .init(hours: 1, atOnce: 2)) { FallSeer() }
                .run(films: QuietEvaluation.films(in: folder.url, nameContains: "broken"))
        }
    }

    @Test(
        "the interval of a rate is Garwood's",
        arguments: [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39), (100, 81.36, 121.6)])
    func interval(count: Int, low: Double, high: Double) {
        let interval = ExactRate.interval(count: count)
        #expect(abs(interval.low - low) <= 0.001 * max(1, low) && abs(interval.high - high) <= 0.001 * high)
    }
}
