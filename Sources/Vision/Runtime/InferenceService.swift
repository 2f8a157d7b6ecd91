import Dispatch
import Domain
import Foundation
import Synchronization

/// The arithmetic the runtime may use inside a graph.
public enum InferencePrecision: String, Sendable, CaseIterable {
    /// bf16 on a CPU that computes it natively (AMX, AVX-512 BF16), as OpenVINO itself chooses, f32 on any other and on
    /// other devices: half the cost where it can be had, with masks that differ a little from machine to machine.
    case auto
    /// The same results on every machine, to rounding.
    case f32
    /// Also where the processor only imitates it.
    case bf16
}

/// Whether somebody waits for what this task asks of the network: a click goes before frames that are looked at all the
/// time anyway.
public enum InferencePriority {
    @TaskLocal public static var isUrgent = false
}

/// Runs graphs, one at a time and in the order of the requests (urgent ones first: ``InferencePriority``), on a thread
/// of its own; callers only wait.
///
/// Graphs are compiled once, and their requests are reused for every caller. A request that is cancelled or whose
/// deadline passes while it waits costs nothing; one that has begun is finished, because its tensors are in use.
///
/// A running request keeps its graph, its tensors and the runtime alive, and graphs are released between requests only,
/// on the same thread. Call ``shutdown()`` before the process ends.
public final class InferenceService: Sendable {
    private let core: RuntimeCore
    private let queue = InferenceQueue()
    private let thread: InferenceThread
    private let clock: any WallClock
    private let hasRun = Atomic(false)

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
        do {
            thread = try InferenceThread.start(serving: queue)
        } catch let error as InferenceThread.NotStarted {
            throw VisionError.runtimeUnavailable(reason: "no thread could be started (\(error.number))")
        }
        InferenceThread.endBeforeExit()
    }

    deinit { queue.close() }

    /// Ends the service: requests that wait fail with `VisionError.closed`, as do all later ones; returns when the one
    /// that runs, a second's work at most, is done and the thread has ended. From then on it is safe to let go of
    /// graphs, and to exit. May be called again.
    public func shutdown() async {
        queue.close()
        await withCheckedContinuation { continuation in
            // Waits for a thread, which must not hold up the threads that tasks run on.
            DispatchQueue.global().async { [thread] in
                thread.end()
                continuation.resume()
            }
        }
    }

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
        let core = core, queue = queue
        try await perform("load \(name)") {
            let compiled = try core.compile(name: name, bytes: bytes, imageInputs: imageInputs)
            result.store(GraphHandle(compiled, queue: queue))
            InferenceThread.endBeforeExit()
        }
        guard let graph = result.graph else { throw VisionError.closed }
        return graph
    }

    /// Compiles a graph from a TensorFlow Lite file, which the runtime reads by its name.
    func load(liteFile file: URL) async throws -> GraphHandle {
        let result = LoadResult()
        let core = core, queue = queue
        let name = file.deletingPathExtension().lastPathComponent
        try await perform("load \(name)") {
            result.store(GraphHandle(try core.compile(name: name, path: file.path), queue: queue))
            InferenceThread.endBeforeExit()
        }
        guard let graph = result.graph else { throw VisionError.closed }
        return graph
    }

    /// Carries a loaded graph from the service's thread to the task that waits for it.
    private final class LoadResult: Sendable {
        private let stored = Mutex<GraphHandle?>(nil)

        var graph: GraphHandle? { stored.withLock { $0 } }

        func store(_ graph: GraphHandle) { stored.withLock { $0 = graph } }
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
        try await perform(graph.name, deadlineSeconds: deadlineSeconds) { [self] in
            try graph.compiled.run(inputs: inputs, outputs: outputs)
            if !hasRun.exchange(true, ordering: .relaxed) { InferenceThread.endBeforeExit() }
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
