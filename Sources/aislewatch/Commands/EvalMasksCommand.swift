import ArgumentParser
import Evaluation
import Foundation

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

    @Argument(help: "The folder.", completion: .directory)
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
