import ArgumentParser
import Evaluation
import Foundation

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

    @Argument(help: "The folder.", completion: .directory)
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
