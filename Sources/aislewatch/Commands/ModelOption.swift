import ArgumentParser
import Foundation
import Vision

extension InferencePrecision: ExpressibleByArgument {}

/// `--model`, `--threads` and `--precision`, for commands that run the network.
struct ModelOption: ParsableArguments {
    @Option(
        name: .customLong("model"),
        help: "The folder of the network. Default: the bundled one (or below $AISLEWATCH_MODELS).",
        completion: .directory)
    var directory: String?

    @Option(help: "Processor threads for the network.")
    var threads = 1

    @Option(help: "The network's arithmetic: f32, or bf16, which is faster where the processor has it.")
    var precision = InferencePrecision.f32

    func validate() throws {
        if threads < 1 { throw ValidationError("--threads must be at least 1") }
    }

    /// The compact network, compiled.
    func load() async throws -> CompactFamily {
        do {
            let folder = try directory.map { URL(fileURLWithPath: $0) } ?? ModelLocator.directory(of: "compact")
            let inference = try InferenceService(threads: threads, precision: precision)
            return try await CompactFamily(directory: folder, inference: inference)
        } catch let error as VisionError {
            throw CommandFailure(error.description)
        }
    }
}
