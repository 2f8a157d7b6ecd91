import Domain
import Foundation

/// Runs graphs, one at a time and in the order of the requests (urgent ones first: ``InferencePriority``), on a thread of its own; callers only wait.
///
/// Graphs are compiled once, and their requests are reused for every caller. A request that is cancelled or whose
/// deadline passes while it waits costs nothing; one that has begun is finished, because its tensors are in use.
public final class InferenceService: Sendable {
    private let core: RuntimeCore
    private let queue = InferenceQueue()
    private let clock: any WallClock

    /// - Parameters:
    ///   - device: OpenVINO's name: `CPU`, `GPU`, `NPU` or `AUTO`.
    ///   - threads: most processor threads that one graph may use on a CPU.
    /// - Throws: `VisionError.runtimeUnavailable`.
    public init(
        device: String = "CPU", threads: Int = 1, precision: InferencePrecision = .f32,
        clock: any WallClock = SystemClock()
    ) throws {
        core = try RuntimeCore(device: device, threads: threads, precision: precision)
        self.clock = clock
        let queue = queue
        let thread = Thread {
            while true {
                switch queue.next() {
                case .job(let job): job.run()
                case .nothing: continue
                case .closed: return
                }
            }
        }
        thread.name = "inference"
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit { queue.close() }

    /// Reads and compiles a graph; takes about a second.
    /// - Parameters:
    ///   - imageInputs: names of `[1, 3, h, w]` inputs which are to take interleaved RGB bytes, `[1, h, w, 3]`.
    /// - Throws: `VisionError.modelMissing`, `modelUnreadable` or `graphInvalid`.
    public func load(_ file: URL, imageInputs: Set<String> = []) async throws -> GraphHandle {
        try await load(
            ModelFile.read(file), name: file.deletingPathExtension().lastPathComponent, imageInputs: imageInputs)
    }

    /// Compiles a graph from the bytes of an ONNX file, or of an OpenVINO IR description without weights.
    public func load(_ bytes: [UInt8], name: String, imageInputs: Set<String> = []) async throws -> GraphHandle {
        let result = LoadResult()
        let core = core
        try await perform("load \(name)") {
            result.store(try core.compile(name: name, bytes: bytes, imageInputs: imageInputs))
        }
        guard let graph = result.graph else { throw VisionError.closed }
        return GraphHandle(graph)
    }

    /// Runs a graph. The given tensors are used in place and must be left alone until this returns or throws.
    /// - Parameters:
    ///   - outputs: tensors to write results into; outputs that aren't named stay with the runtime.
    ///   - deadlineSeconds: most time the request may wait before it begins.
    /// - Throws: `VisionError.unknownTensor`, `wrongShape`, `deadlineExceeded`, `inferenceFailed`, `closed`, or
    ///   `CancellationError` when the task was cancelled before the request began.
    public func run(
        _ graph: GraphHandle, inputs: [String: Tensor], outputs: [String: Tensor], deadlineSeconds: Double? = nil
    ) async throws {
        try graph.check(inputs, areInputs: true)
        try graph.check(outputs, areInputs: false)
        let compiled = graph.compiled
        try await perform(graph.name, deadlineSeconds: deadlineSeconds) {
            try compiled.run(inputs: inputs, outputs: outputs)
        }
    }

    /// Runs a graph and returns all its outputs in new tensors.
    public func run(
        _ graph: GraphHandle, inputs: [String: Tensor], deadlineSeconds: Double? = nil
    ) async throws -> [String: Tensor] {
        var outputs: [String: Tensor] = [:]
        for output in graph.outputs { outputs[output.name] = try Tensor(shape: output.shape, element: output.element) }
        try await run(graph, inputs: inputs, outputs: outputs, deadlineSeconds: deadlineSeconds)
        return outputs
    }

    /// Number of requests that wait.
    var waitingCount: Int { queue.count }

    /// Does `work` on the service's thread when its turn comes.
    func perform(
        _ label: String, deadlineSeconds: Double? = nil, _ work: @escaping @Sendable () throws -> Void
    ) async throws {
        let job = InferenceJob(label: label, isUrgent: InferencePriority.isUrgent, work: work)
        let queue = queue
        let alarm = deadlineSeconds.map { seconds in
            Task { [clock] in
                try await clock.sleep(seconds: seconds)
                job.abandon(VisionError.deadlineExceeded(graph: label, seconds: seconds))
                queue.remove(job)
            }
        }
        defer { alarm?.cancel() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard job.wait(continuation) else { return }
                if !queue.append(job) { job.abandon(VisionError.closed) }
            }
        } onCancel: {
            job.abandon(CancellationError())
            queue.remove(job)
        }
    }
}
