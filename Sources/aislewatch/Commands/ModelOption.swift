import ArgumentParser
import Foundation
import Models
import Settings
import Vision

extension InferencePrecision: ExpressibleByArgument {}

/// `--model`, `--threads` and `--precision`, for commands that run the network.
struct ModelOption: ParsableArguments {
    @Option(
        name: .customLong("model"),
        help: """
            The network that follows: a name, as `models list` shows it, or a folder with its graphs. Default: the bundled one \
            (or below $AISLEWATCH_MODELS).
            """,
        completion: .directory)
    var model = CompactFamily.configuredName

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
        try await CommandFailure.wrapping {
            let (name, folder) = try place()
            let inference = try InferenceService(threads: threads, precision: precision)
            return try await ModelRegistry.standard.load(name, prompts: prompts, from: folder, inference: inference) {
                StandardError.write("clicks are answered by the network that follows: \($0)")
            }
        }
    }

    /// The family that follows and its folder: what is named by a path is what its manifest says; a name is looked for where
    /// networks come with the program, then where `models import` puts them.
    private func place() throws -> (name: String, folder: URL) {
        if model.contains("/") || FileManager.default.fileExists(atPath: "\(model)/manifest.json") {
            let folder = try ModelFolder(URL(filePath: model))
            return (folder.name, folder.url)
        }
        let imported = AislewatchConfiguration(environment: ProcessInfo.processInfo.environment).storage.directory
            .appending(path: "models/\(model)")
        do {
            return (model, try ModelLocator.directory(of: model))
        } catch {
            guard FileManager.default.fileExists(atPath: imported.appending(path: "manifest.json").path) else {
                throw CommandFailure("\(error); networks that can be had: aislewatch models list")
            }
            return (model, imported)
        }
    }
}
