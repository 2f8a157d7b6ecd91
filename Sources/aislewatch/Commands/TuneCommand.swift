import ArgumentParser
import Camera
import Evaluation
import Foundation
import Incidents
import Settings
import Vision

/// `tune DIR`: a rule's parameters against labelled clips.
struct TuneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Run labelled clips over a grid of a rule's parameters, and print precision, recall and delay.",
        discussion: """
            DIR holds NAME.mp4 with NAME.json labels, as for `eval incidents`. Each clip is analysed once; the rules then run \
            over what was seen, so that a grid of hundreds takes seconds. Examples:
              aislewatch tune clips --rule falling_object
              aislewatch tune clips --rule spill --set min_growth_seconds=0.5,1,2 --set min_growth_ratio=1.15,1.25,1.5
            Without --set each number of the rule is tried at 0.7 and 1.4 times what it is. With --cache a second run need \
            not look at the clips again.
            """)

    @Argument(help: "The folder with the labelled clips.", completion: .directory)
    var directory: String

    @Option(help: "The rule, as the configuration spells it.")
    var rule: String

    @Option(name: .customLong("set"), help: "A parameter and the values to try: name=1,2,3. May be given again.")
    var values: [String] = []

    @Option(help: "Settings to begin with; cameras in it don't matter. Default: the built-in ones.")
    var config: String?

    @Option(help: "A folder in which what was seen is kept between runs.", completion: .directory)
    var cache: String?

    @Flag(help: "Judge by motion alone, without the network.")
    var motionOnly = false

    @OptionGroup var model: ModelOption

    @Flag(help: "Print one JSON object.")
    var json = false

    private struct Outcome: Encodable {
        struct Row: Encodable {
            var parameters: [String: Double]
            var score: RuleReplay.Score
            var precision: Double?
            var recall: Double?
        }
        var rule: String
        var clips: Int
        var rows: [Row]
    }

    func run() async throws {
        let configuration = try ConfigurationOption.load(config)
        let grid = try CommandFailure.wrapping {
            try TuningGrid(rule: rule, values: try parsedValues(), base: configuration.rules)
        }
        let family: (any SegmentationFamily)? = motionOnly ? nil : try await model.load()
        let reporter = EvaluationReporter("watching")
        let collection = SceneCollection {
            SceneTracker(settings: SceneSettings(configuration, networkPace: .inStep), family: family)
        }
        let folder = URL(fileURLWithPath: directory), kept = cache.map { URL(fileURLWithPath: $0) }
        let scenes = try await CommandFailure.wrapping {
            try await collection.scenes(in: folder, cache: kept) { clip, fraction in
                reporter.note(fraction: fraction, detail: clip)
            }
        }
        reporter.finish()
        let rows = grid.points.map { point in
            (point, RuleReplay.score(scenes, kind: grid.kind, settings: point.settings))
        }
        if json {
            try JSONOutput.write(
                Outcome(
                    rule: rule, clips: scenes.count,
                    rows: rows.map { point, score in
                        let parameters = Dictionary(point.values.map { ($0.parameter, $0.value) }) { first, _ in first }
                        return .init(
                            parameters: parameters, score: score, precision: score.precision, recall: score.recall)
                    }))
        } else {
            print(Self.table(rows, clips: scenes.count))
        }
    }

    private func parsedValues() throws -> [(parameter: String, values: [Double])] {
        try values.map { text in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw TuningError.refusedValue(text, parameter: "--set") }
            let numbers = try parts[1].split(separator: ",").map { part in
                guard let value = Double(part.trimmingCharacters(in: .whitespaces)), value.isFinite else {
                    throw TuningError.refusedValue(String(part), parameter: parts[0])
                }
                return value
            }
            guard !numbers.isEmpty else { throw TuningError.refusedValue(parts[1], parameter: parts[0]) }
            return (parts[0], numbers)
        }
    }

    private static func table(_ rows: [(TuningGrid.Point, RuleReplay.Score)], clips: Int) -> String {
        var table = TextTable([
            ("parameters", .left), ("precision", .right), ("recall", .right), ("false", .right), ("delay", .right),
            ("longest", .right), ("", .left),
        ])
        let best = rows.map(\.1.f1).max() ?? 0
        for (point, score) in rows {
            let values = point.values.map { "\($0.parameter)=\(number($0.value))" }.joined(separator: " ")
            table.add([
                values.isEmpty ? "as configured" : values, share(score.precision),
                share(score.recall) + " (\(score.hits)/\(score.expected))", "\(score.falseAlarms)",
                score.delayMedianSeconds.map { String(format: "%.2f s", $0) } ?? "",
                score.delayMaxSeconds.map { String(format: "%.2f s", $0) } ?? "",
                score.f1 == best && best > 0 ? "best" : "",
            ])
        }
        return table.rendered() + "\n\n\(clips) clips. Best: the highest harmonic mean of precision and recall."
    }

    private static func share(_ value: Double?) -> String { value.map { String(format: "%.0f %%", $0 * 100) } ?? "-" }

    private static func number(_ value: Double) -> String { String(format: "%g", (value * 10_000).rounded() / 10_000) }
}
