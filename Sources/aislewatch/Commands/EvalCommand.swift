import ArgumentParser
import Camera
import Evaluation
import Foundation
import Incidents
import Media
import Settings
import Vision

/// `eval incidents|quiet|masks|clicks DIR`: figures against labels.
struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Measure against labelled clips, videos with masks, or pictures with masks.",
        subcommands: [
            EvalIncidentsCommand.self, EvalQuietCommand.self, EvalMasksCommand.self, EvalClicksCommand.self,
        ])
}

extension Pace: ExpressibleByArgument {}

/// `eval incidents DIR`: the daemon's own pipeline over labelled clips.
struct EvalIncidentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "Watch labelled clips and score what was detected.",
        discussion: """
            DIR holds NAME.mp4 with NAME.json labels; a clip without one is taken as one in which nothing happens. With \
            --pace fast nothing is skipped and the same clips give the same incidents; with --pace real-time they run at \
            their own speed, frames may be skipped, and delays are by wall clock.
            """)

    @Argument(help: "The folder to measure.", completion: .directory)
    var directory: String

    @Option(help: "fast or real-time.")
    var pace: Pace = .fast

    @Option(
        help:
            "Show each clip's first frame for so many seconds before it goes on: for clips that begin within the warm-up."
    )
    var holdFirst = 0.0

    @Option(help: "Settings; cameras in it don't matter. Default: those of configs/eval.yaml.")
    var config: String?

    @Flag(help: "Leave frames of still scenes undecoded, as the daemon does with analysis.mode: adaptive.")
    var adaptive = false

    @Flag(help: "Judge by motion alone, without the network.")
    var motionOnly = false

    @OptionGroup var proof: ProofOption

    @OptionGroup var model: ModelOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if !(holdFirst >= 0 && holdFirst <= 600) { throw ValidationError("--hold-first must be 0 to 600 seconds") }
        if holdFirst > 0, pace != .fast { throw ValidationError("--hold-first needs --pace fast") }
    }

    func run() async throws {
        let configuration = try ConfigurationOption.load(config)
        let networks = motionOnly ? nil : try await model.loadToProve()
        let settings = IncidentEvaluation.Settings(
            rules: config == nil ? .labelledClips : configuration.rules, pace: pace,
            preRollSeconds: configuration.recording.preRollSeconds,
            postRollSeconds: configuration.recording.postRollSeconds, holdFirstFrameSeconds: holdFirst,
            isContinuous: !adaptive)
        let paths = try proof.makePathFile()
        // The rules see what moves and the proofs; the network's masks of what moves are for people. In real time they are made
        // as the daemon makes them.
        let family = pace == .fast ? nil : networks?.family
        let evaluation = IncidentEvaluation(
            settings: settings,
            makeObserver: {
                SceneTracker(
                    settings: SceneSettings(configuration, networkPace: pace == .fast ? .inStep : .whenReady),
                    family: family)
            }, makeProving: proof.makeProving(networks, pace: pace == .fast ? .inStep : .whenReady),
            onProof: { paths?.write($0, $1, $2) })
        let reporter = EvaluationReporter("watching")
        let report = try await CommandFailure.wrapping {
            try await evaluation.run(directory: URL(fileURLWithPath: directory)) { progress in
                switch progress {
                case .began(let clip, let index, let count):
                    reporter.note(fraction: Double(index) / Double(count), detail: "\(index + 1)/\(count) \(clip)")
                case .unlabelled(let clip):
                    StandardError.write("\(clip): no label; nothing is expected to happen in it")
                case .brokeOff(let fileBreak): StandardError.write("warning: \(fileBreak)")
                case .frame, .finished: break
                }
            }
        }
        reporter.finish()
        if json {
            try JSONOutput.write(report)
        } else {
            print(Self.table(report))
        }
        if report.clips.contains(where: { $0.fileBreak != nil }) { throw CommandFailure(status: 3) }
    }

    private static func table(_ report: IncidentReport) -> String {
        var table = TextTable([
            ("clip", .left), ("expected", .left), ("detected", .left), ("hit", .left), ("false alarms", .right),
            ("delay", .right),
        ])
        for clip in report.clips {
            table.add([
                clip.clip, clip.expected, clip.error ?? clip.detected.map(\.kind).joined(separator: ", "),
                clip.isHit.map { $0 ? "yes" : "MISSED" } ?? "", clip.falseAlarms == 0 ? "" : "\(clip.falseAlarms)",
                clip.delaySeconds.map { String(format: "%+.2f s", $0) } ?? "",
            ])
        }
        let total = report.total
        var lines = [
            table.rendered(), "",
            "\(total.hits) of \(total.incidents) incidents found, \(total.falseAlarms) false alarms",
        ]
        if let median = total.delayMedianSeconds, let longest = total.delayMaxSeconds {
            lines.append(String(format: "delay after the end: median %.2f s, longest %.2f s", median, longest))
        }
        if total.bytesSeen > 0 {
            lines.append("kept \(total.bytesKept / 1024) of \(total.bytesSeen / 1024) KiB")
        }
        if let cpu = total.cpuSecondsPerMediaSecond {
            lines.append(String(format: "%.3f s CPU for a second of video", cpu))
        }
        return lines.joined(separator: "\n")
    }
}

/// `eval quiet DIR`: false alarms an hour on footage in which nothing happens.
struct EvalQuietCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quiet",
        abstract: "Play quiet footage for hours, changed as cameras change it, and count the false alarms.",
        discussion: """
            DIR holds films in which nothing happens; a film whose NAME.json label names an incident is left out. Each turn \
            plays one film changed by chance (exposure, gamma, noise, compression, crop, mirror, speed, frame rate, size, \
            rain, an insect before the lens), and every alarm is a false one. The same seed gives the same turns. To see \
            one again:
              aislewatch eval quiet DIR --seed 1 --turn 17 --keep seen.mp4
            Needs the program ffmpeg.
            """)

    @Argument(help: "The folder with the films.", completion: .directory)
    var directory: String

    @Option(help: "How many camera-hours to play.")
    var hours = 1.0

    @Option(help: "What the changes are drawn from.")
    var seed: UInt64 = 1

    @Option(help: "Play only this turn.")
    var turn: Int?

    @Option(help: "With --turn: only write the changed film of that turn to this file.", completion: .file())
    var keep: String?

    @Option(help: "Only films whose name contains this.")
    var only: String?

    @Option(help: "Play at most so many seconds of a film in one turn.")
    var maxSeconds = 120.0

    @Option(help: "Films that are played at the same time. Default: as many as there are processors.")
    var atOnce: Int?

    @Option(help: "Settings; cameras in it don't matter. Default: the built-in ones.")
    var config: String?

    @Flag(help: "Judge by motion alone, without the network.")
    var motionOnly = false

    @OptionGroup var proof: ProofOption

    @OptionGroup var model: ModelOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if !(hours > 0 && hours <= 100_000) { throw ValidationError("--hours must be more than 0") }
        if !(maxSeconds >= 1 && maxSeconds <= 86_400) { throw ValidationError("--max-seconds must be 1 to 86400") }
        if let turn, turn < 0 { throw ValidationError("--turn must be 0 or more") }
        if let atOnce, atOnce < 1 { throw ValidationError("--at-once must be at least 1") }
        if keep != nil, turn == nil { throw ValidationError("--keep needs --turn") }
    }

    func run() async throws {
        try await CommandFailure.wrapping {
            let films = try QuietEvaluation.films(in: URL(fileURLWithPath: directory), nameContains: only)
            let configuration = try ConfigurationOption.load(config)
            var settings = QuietEvaluation.Settings(
                rules: configuration.rules, hours: turn == nil ? hours : .leastNonzeroMagnitude, seed: seed,
                firstTurn: turn ?? 0, maxSeconds: maxSeconds)
            if let atOnce { settings.atOnce = atOnce }
            if turn != nil { settings.atOnce = 1 }
            if let turn, let keep {
                let words = try await QuietEvaluation(settings: settings, makeObserver: { throw CancellationError() })
                    .keep(turn: turn, films: films, at: URL(fileURLWithPath: keep))
                print("\(keep): \(words)")
                return
            }
            let networks = motionOnly ? nil : try await model.loadToProve()
            let paths = try proof.makePathFile()
            // The rules see what moves and the proofs; the network's masks of what moves are for people.
            let evaluation = QuietEvaluation(
                settings: settings,
                makeObserver: {
                    SceneTracker(settings: SceneSettings(configuration, networkPace: .inStep), family: nil)
                }, makeProving: proof.makeProving(networks), onProof: { paths?.write($0, $1, $2) })
            let reporter = EvaluationReporter("playing")
            let report = try await evaluation.run(films: films) { report in
                reporter.note(
                    fraction: min(1, report.hours / report.hoursAsked),
                    detail: String(format: "%.2f h, %d false alarms", report.hours, report.alarms.count))
            }
            reporter.finish()
            if json { try JSONOutput.write(report) } else { print(Self.table(report)) }
        }
    }

    private static func table(_ report: QuietReport) -> String {
        var lines: [String] = []
        if !report.alarms.isEmpty {
            var alarms = TextTable([
                ("turn", .right), ("at", .right), ("kind", .left), ("film", .left), ("change", .left),
            ])
            for alarm in report.alarms {
                alarms.add([
                    "\(alarm.turn)", String(format: "%.1f s", alarm.seconds), alarm.kind, alarm.film, alarm.change,
                ])
            }
            lines += [alarms.rendered(), ""]
        }
        for failure in report.failures { lines.append("\(failure.film) (turn \(failure.turn)): \(failure.reason)") }
        var rates = TextTable([
            ("kind", .left), ("false alarms", .right), ("an hour", .right), ("95 % interval", .right),
        ])
        for rate in report.rates {
            rates.add([
                rate.kind, "\(rate.alarms)", String(format: "%.2f", rate.perHour),
                String(format: "%.2f to %.2f", rate.interval.low, rate.interval.high),
            ])
        }
        lines += [
            rates.rendered(), "",
            String(
                format: "%.2f camera-hours in %d turns, seed %llu; %.3f s CPU for a second of video", report.hours,
                report.turns, report.seed, report.hours > 0 ? report.cpuSeconds / report.hours / 3600 : 0),
        ]
        return lines.joined(separator: "\n")
    }
}

extension MaskEvaluation.PromptKind: ExpressibleByArgument {}

/// `eval masks DIR`: J and F of followed objects.
struct EvalMasksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "masks",
        abstract: "Follow the objects of videos with masks and score the masks.",
        discussion: """
            DIR has the DAVIS layout: JPEGImages/480p/SEQ/00000.jpg and Annotations/480p/SEQ/00000.png. J and F are those \
            of davis2017-evaluation, in percent.
            """)

    @Argument(help: "The folder to measure.", completion: .directory)
    var directory: String

    @Option(help: "What is given in the first frame: click, box or mask.")
    var prompt: MaskEvaluation.PromptKind = .click

    @Option(help: "Look at every nth frame only, as live analysis does.")
    var stride = 1

    @OptionGroup var model: ModelOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if stride < 1 { throw ValidationError("--stride must be at least 1") }
    }

    func run() async throws {
        let evaluation: MaskEvaluation
        do {
            evaluation = try MaskEvaluation(
                directory: URL(fileURLWithPath: directory), prompt: prompt, stride: stride)
        } catch {
            throw CommandFailure("\(error)")
        }
        let family = try await model.loadForFigures()
        let reporter = EvaluationReporter("following")
        let figures = try await CommandFailure.wrapping { try await evaluation.run(family, progress: reporter.note) }
        reporter.finish()
        print(json ? try figures.json() : figures.table)
    }
}

/// `eval clicks DIR`: IoU of one click, and the clicks needed for a good mask.
struct EvalClicksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clicks",
        abstract: "Click the objects of pictures with masks and score the masks.",
        discussion: """
            DIR holds images/NAME.* and masks/NAME.png (a pixel > 0 is the object; several values are several objects). \
            iou1 is the IoU of the mask ranked first after one click at the point farthest from the object's edge; NoC@85 \
            and NoC@90 count the clicks, of at most 20, until the IoU is 0.85 and 0.90.
            """)

    @Argument(help: "The folder to measure.", completion: .directory)
    var directory: String

    @Flag(inversion: .prefixedNo, help: "Also count the clicks needed (NoC); takes up to 20 times as long.")
    var noc = true

    @OptionGroup var model: ModelOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let evaluation: ClickEvaluation
        do {
            evaluation = try ClickEvaluation(directory: URL(fileURLWithPath: directory), countsClicks: noc)
        } catch {
            throw CommandFailure("\(error)")
        }
        let family = try await model.loadForFigures()
        let reporter = EvaluationReporter("clicking")
        let figures = try await CommandFailure.wrapping { try await evaluation.run(family, progress: reporter.note) }
        reporter.finish()
        print(json ? try figures.json() : figures.table)
    }
}
