import Camera
import Domain
public import Foundation
public import Incidents
import Media

/// Plays footage in which nothing happens, again and again with changes that cameras make, and counts what is reported: every
/// alarm is a false one. A rate of one a week can't be shown on minutes of film.
///
/// Each turn has a seed of its own, made of the run's and the turn's number, so that a turn can be played again alone.
public struct QuietEvaluation: Sendable {
    /// What is played, and for how long.
    public struct Settings: Sendable {
        /// The rules; the camera's defaults unless the caller says otherwise.
        public var rules: RuleSettings
        /// Camera-hours to play.
        public var hours: Double
        public var seed: UInt64
        /// The turn to begin with: another one than 0 to see an alarm again, or to go on where a run before ended.
        public var firstTurn: Int
        /// Of a film at most so much is played in one turn.
        public var maxSeconds: Double
        /// Films that are played at the same time.
        public var atOnce: Int

        public init(
            rules: RuleSettings = RuleSettings(), hours: Double = 1, seed: UInt64 = 1, firstTurn: Int = 0,
            maxSeconds: Double = 120, atOnce: Int = ProcessInfo.processInfo.activeProcessorCount
        ) {
            self.rules = rules
            self.hours = hours
            self.seed = seed
            self.firstTurn = firstTurn
            self.maxSeconds = maxSeconds
            self.atOnce = max(1, atOnce)
        }
    }

    /// Endings of the files that are taken as films.
    private static let endings: Set = ["mp4", "mkv", "mov", "avi", "webm", "ts", "m4v"]

    private let settings: Settings
    private let makeObserver: @Sendable () async throws -> any SceneObserver
    private let makeProving: @Sendable () -> Proving?
    private let onProof: @Sendable (String, Suspicion, Proof) -> Void

    /// - Parameter makeObserver: a fresh tracker for each turn.
    public init(
        settings: Settings, makeObserver: @escaping @Sendable () async throws -> any SceneObserver,
        makeProving: @escaping @Sendable () -> Proving? = { nil },
        onProof: @escaping @Sendable (String, Suspicion, Proof) -> Void = { _, _, _ in }
    ) {
        self.settings = settings
        self.makeObserver = makeObserver
        self.makeProving = makeProving
        self.onProof = onProof
    }

    /// The films of a folder in which nothing happens: without a label, or with one that says `none`.
    /// - Throws: `EvaluationError` where there is none, and what a broken label throws.
    public static func films(in directory: URL, nameContains: String? = nil) throws -> [URL] {
        let needed = "films in which nothing happens (\(endings.sorted().joined(separator: ", ")))"
        guard let files = try? FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        else { throw EvaluationError.badFolder(path: directory.path, needed: needed) }
        let films = try files.filter { file in
            guard endings.contains(file.pathExtension.lowercased()) else { return false }
            if let nameContains, !file.lastPathComponent.contains(nameContains) { return false }
            let label = file.deletingPathExtension().appendingPathExtension("json")
            guard FileManager.default.fileExists(atPath: label.path) else { return true }
            return try IncidentLabel(contentsOf: label).expected == nil
        }
        guard !films.isEmpty else { throw EvaluationError.badFolder(path: directory.path, needed: needed) }
        return films.sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    /// Plays `films` until the hours are over.
    /// - Parameter progress: The report so far, after each turn.
    /// - Throws: `EvaluationError`, `CancellationError`, and what `makeObserver` throws. A film that can't be played is counted
    ///   in the report; when none can, that is the error.
    public func run(films: [URL], progress: @Sendable (QuietReport) -> Void = { _ in }) async throws
        -> QuietReport
    {
        var report = QuietReport(seed: settings.seed, hoursAsked: settings.hours)
        let began = ProcessorTime.seconds()
        try await withThrowingTaskGroup(of: QuietReport.Turn.self) { group in
            var next = settings.firstTurn
            for _ in 0..<settings.atOnce {
                group.addTask { [next] in try await play(turn: next, films: films) }
                next += 1
            }
            while let played = try await group.next() {
                report.take(played)
                report.cpuSeconds = ProcessorTime.seconds() - began
                progress(report)
                if report.turns == 0, report.failures.count >= films.count, let failure = report.failures.first {
                    throw EvaluationError.nothingPlayed(reason: failure.reason)
                }
                if report.hours < settings.hours {
                    group.addTask { [next] in try await play(turn: next, films: films) }
                    next += 1
                }
            }
        }
        return report
    }

    /// Writes the changed film of one turn, to be looked at.
    /// - Returns: The film's name and what was done to it.
    /// - Throws: `EvaluationError`, `MediaError`.
    public func keep(turn: Int, films: [URL], at target: URL) async throws -> String {
        let plan = try await plan(turn: turn, films: films)
        try await FilmConverter.run(plan.arguments(to: target, maxSeconds: settings.maxSeconds))
        return "\(plan.film.lastPathComponent), \(plan.change.words.joined(separator: ", "))"
    }

    /// What a turn plays.
    private struct Plan {
        var film: URL
        var change: FootageChange
        var startSeconds: Double

        func arguments(to target: URL, maxSeconds: Double) -> [String] {
            change.arguments(from: film.path, startSeconds: startSeconds, seconds: maxSeconds, to: target.path)
        }
    }

    /// Every film comes once in each round, in an order that the round's number gives.
    private func film(_ turn: Int, of films: [URL]) -> URL {
        var order = SplitMix64(state: settings.seed &+ UInt64(turn / films.count))
        return films.shuffled(using: &order)[turn % films.count]
    }

    private func plan(turn: Int, films: [URL]) async throws -> Plan {
        var random = SplitMix64(state: settings.seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(turn))
        let film = film(turn, of: films)
        let change = FootageChange(seed: random.next())
        let seconds = try await BlockingWork.shared.run {
            try Demuxer(SourceOptions(url: film.path)).info.durationSeconds ?? 0
        }
        let start = max(0, seconds - settings.maxSeconds) * Double.random(in: 0...1, using: &random)
        return Plan(film: film, change: change, startSeconds: start)
    }

    /// One film, changed and watched.
    private func play(turn: Int, films: [URL]) async throws -> QuietReport.Turn {
        try Task.checkCancellation()
        var played = QuietReport.Turn(number: turn, film: film(turn, of: films).lastPathComponent)
        let target = FileManager.default.temporaryDirectory
            .appendingPathComponent("aislewatch-quiet-\(UUID().uuidString).mp4")
        do {
            let plan = try await plan(turn: turn, films: films)
            played.change = plan.change.words.joined(separator: ", ")
            played.filmStartSeconds = plan.startSeconds
            try await FilmConverter.run(plan.arguments(to: target, maxSeconds: settings.maxSeconds))
            try await watch(target, into: &played)
        } catch is CancellationError {
            throw CancellationError()
        } catch EvaluationError.noConverter {
            throw EvaluationError.noConverter
        } catch {
            played.failure = "\(error)"
        }
        try? await BlockingWork.shared.run { try FileManager.default.removeItem(at: target) }
        return played
    }

    private func watch(_ file: URL, into played: inout QuietReport.Turn) async throws {
        let feed = try await BlockingWork.shared.run {
            try FileFrameFeed(SourceOptions(url: file.path), pace: .fast, clock: SystemClock())
        }
        let pipeline = CameraPipeline(
            feed: feed, observer: try await makeObserver(), engine: .ofClip(settings.rules),
            proving: makeProving(),
            onProof: { [onProof, name = "\(played.number) \(played.film)"] in onProof(name, $0, $1) })
        var announced = AnnouncedIncidents()
        var size = feed.info.frameSize
        var seconds = 0.0
        try await pipeline.run { output in
            seconds = max(seconds, output.observation.time.seconds)
            size = output.observation.frameSize
            for event in output.events { announced.take(event, announcedSeconds: seconds, size: size) }
        }
        played.seconds = seconds
        played.alarms = announced.detections.map {
            QuietReport.Alarm(
                kind: $0.kind, film: played.film, change: played.change, turn: played.number,
                seconds: $0.announcedSeconds,
                filmStartSeconds: played.filmStartSeconds, region: $0.region, frameSize: size)
        }
    }
}

/// Runs ffmpeg.
private enum FilmConverter {
    /// - Throws: `EvaluationError` with what it said.
    static func run(_ arguments: [String]) async throws {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        guard let program = folders.map({ "\($0)/ffmpeg" }).first(where: FileManager.default.isExecutableFile) else {
            throw EvaluationError.noConverter
        }
        let status: (code: Int32, said: String) = try await BlockingWork.shared.run {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = arguments
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            let errors = Pipe()
            process.standardError = errors
            try process.run()
            let said = errors.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: said.prefix(2000), as: UTF8.self))
        }
        guard status.code == 0 else {
            let line = status.said.split(separator: "\n").first.map(String.init) ?? "status \(status.code)"
            throw EvaluationError.notConverted(reason: line)
        }
    }
}
