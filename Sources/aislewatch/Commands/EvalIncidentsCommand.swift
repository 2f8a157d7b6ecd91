import ArgumentParser
import Camera
import Evaluation
import Foundation
import Incidents
import Media
import Settings
import Vision

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

    @Argument(help: "The folder.", completion: .directory)
    var directory: String

    @Option(help: "fast or real-time.")
    var pace: Pace = .fast

    @Option(help: "Settings; cameras in it don't matter. Default: those of configs/eval.yaml.")
    var config: String?

    @Flag(help: "Judge by motion alone, without the network.")
    var motionOnly = false

    @OptionGroup var model: ModelOption

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let configuration = try ConfigurationOption.load(config, purpose: .settings)
        let family: CompactFamily? = motionOnly ? nil : try await model.loadForFigures()
        let settings = IncidentEvaluation.Settings(
            rules: config == nil ? .labelledClips : configuration.rules, pace: pace,
            preRollSeconds: configuration.recording.preRollSeconds,
            postRollSeconds: configuration.recording.postRollSeconds)
        let evaluation = IncidentEvaluation(settings: settings) {
            SceneTracker(
                settings: SceneSettings(configuration, networkPace: pace == .fast ? .inStep : .whenReady),
                family: family)
        }
        let reporter = EvaluationReporter("watching")
        let report = try await CommandFailure.wrapping {
            try await evaluation.run(directory: URL(fileURLWithPath: directory)) { progress in
                switch progress {
                case .began(let clip, let index, let count):
                    reporter.note(fraction: Double(index) / Double(count), detail: "\(index + 1)/\(count) \(clip)")
                case .unlabelled(let clip):
                    StandardError.write("\(clip): no label; nothing is expected to happen in it")
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
