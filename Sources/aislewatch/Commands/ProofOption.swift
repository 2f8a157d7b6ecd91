import ArgumentParser
import Camera
import Domain
import Foundation
import Incidents
import Synchronization
import Vision

/// `--proof` and `--paths`, for commands that judge clips.
struct ProofOption: ParsableArguments {
    enum Mode: String, ExpressibleByArgument, CaseIterable { case on, off }

    @Option(help: "Whether what motion suspects is proven by the network before it counts (off: motion decides).")
    var proof = Mode.on

    @Option(
        help: "Write each suspicion, with the way of the thing as it was followed back, to this file: one JSON a line.",
        completion: .file())
    var paths: String?

    /// What proves in a file.
    /// - Parameter pace: In step where the file is played as fast as it can be; when ready in real time, as the daemon does.
    func makeProving(
        _ networks: ModelOption.Networks?, pace: SceneSettings.NetworkPace = .inStep
    ) -> @Sendable () -> Proving? {
        guard proof == .on, let networks else { return { nil } }
        return {
            Proving(
                prover: RetraceProver(
                    networks.retracer, history: KeptFrames(seconds: RetraceProver.maxVideoSeconds + 2)),
                pace: pace)
        }
    }

    /// Where paths go.
    func makePathFile() throws -> PathFile? { try paths.map { try PathFile(path: $0) } }
}

/// Suspicions with their paths, as JSON lines.
final class PathFile: Sendable {
    private struct Line: Encodable {
        var clip: String
        var suspicion: Suspicion
        var path: RetracedPath?
        var body: BodyPath?
        var reason: String?
    }

    private let handle: Mutex<FileHandle>

    init(path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw CommandFailure("\(path) can't be written") }
        self.handle = Mutex(handle)
    }

    func write(_ clip: String, _ suspicion: Suspicion, _ proof: Proof) {
        var line = Line(clip: clip, suspicion: suspicion)
        switch proof {
        case .path(let path): line.path = path.withoutMasks
        case .body(let body): line.body = body
        case .none(let reason): line.reason = reason
        }
        guard let data = try? JSONEncoder().encode(line) else { return }
        handle.withLock { try? $0.write(contentsOf: data + Data("\n".utf8)) }
    }
}
