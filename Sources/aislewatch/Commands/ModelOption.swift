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

    @Option(
        help: """
            What answers clicks: mobile_sam, which finds one thing among its likes and takes a quarter of a second; same, the \
            network that follows.
            """)
    var prompts = "mobile_sam"

    @Option(help: "The number of processor threads for the network.")
    var threads = 1

    @Option(
        help: """
            The network's arithmetic: f32, the same on every machine; bf16, half the cost where the processor has it; \
            auto, bf16 there and f32 elsewhere.
            """)
    var precision = InferencePrecision.auto

    func validate() throws {
        if threads < 1 { throw ValidationError("--threads must be at least 1") }
        let known = [MobileSAM.configuredName, ModelRegistry.samePrompts] + ModelRegistry.standard.names
        if !known.contains(prompts) { throw ValidationError("--prompts may be \(known.joined(separator: ", "))") }
    }

    /// The networks, compiled, and a line on standard error that says what the figures will be of.
    func loadForFigures() async throws -> any SegmentationFamily {
        let family = try await load()
        StandardError.write("network: \(family.name) \(family.details), \(threads) thread\(threads == 1 ? "" : "s")")
        return family
    }

    /// What proves incidents.
    struct Networks: Sendable {
        var family: any SegmentationFamily
        var retracer: Retracer
    }

    /// The networks and the one that knows persons.
    /// - Parameter isQuiet: Without the line on standard error that says what the figures will be of.
    func loadToProve(isQuiet: Bool = false) async throws -> Networks {
        let family = try await isQuiet ? load() : loadForFigures()
        do {
            let folder = try ModelLocator.directory(of: "person")
            let inference = try InferenceService(threads: threads, precision: precision)
            let person = try await PersonGauge(directory: folder, inference: inference)
            return Networks(family: family, retracer: Retracer(family: family, person: person))
        } catch let error as VisionError {
            throw CommandFailure(error.description)
        }
    }

    /// The network that follows and the one that answers clicks.
    func load() async throws -> any SegmentationFamily {
        do {
            let inference = try InferenceService(threads: threads, precision: precision)
            return try await ModelRegistry.standard.load(
                CompactFamily.configuredName, prompts: prompts, from: directory.map { URL(fileURLWithPath: $0) },
                inference: inference
            ) { StandardError.write("clicks are answered by the network that follows: \($0)") }
        } catch let error as VisionError {
            throw CommandFailure(error.description)
        }
    }
}
