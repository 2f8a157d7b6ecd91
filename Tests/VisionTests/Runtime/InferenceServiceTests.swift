import Dispatch
import Domain
import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite("Inference service")
struct InferenceServiceTests {
    @Test("a graph computes on the given tensors in place, again and again")
    func computes() async throws {
        let service = try InferenceService()
        let graph = try await service.load(TinyGraph.sum(shape: [1, 4]), name: "sum")
        let left = try graph.makeTensor("left"), right = try graph.makeTensor("right"),
            sum = try graph.makeTensor("sum")
        left.store([1, 2, 3, 4])
        right.store([10, 20, 30, 40])
        try await service.run(graph, inputs: ["left": left, "right": right], outputs: ["sum": sum])
        #expect(sum.floats == [11, 22, 33, 44])

        left.fill(0.5)
        try await service.run(graph, inputs: ["left": left, "right": right], outputs: ["sum": sum])
        #expect(sum.floats == [10.5, 20.5, 30.5, 40.5])

        let outputs = try await service.run(graph, inputs: ["left": right, "right": right])
        #expect(outputs["sum"]?.floats == [20, 40, 60, 80])
    }

    @Test(
        "a graph tells the arithmetic that was asked for, or what the runtime chose",
        arguments: InferencePrecision.allCases)
    func precision(_ wanted: InferencePrecision) async throws {
        let graph = try await InferenceService(precision: wanted).load(TinyGraph.sum(shape: [1, 4]), name: "sum")
        let told = try #require(graph.precision)
        #expect(wanted == .auto ? ["f32", "bf16"].contains(told) : told == wanted.rawValue)
    }

    @Test("an image input takes interleaved bytes instead of planes of floats")
    func imageInput() async throws {
        let service = try InferenceService()
        let graph = try await service.load(TinyGraph.sum(shape: [1, 3, 2, 2]), name: "sum", imageInputs: ["left"])
        #expect(
            try graph.description(of: "left") == TensorDescription(name: "left", shape: [1, 2, 2, 3], element: .uint8))
        let left = try graph.makeTensor("left"), right = try graph.makeTensor("right")
        left.withBytes { bytes in
            for index in bytes.indices { bytes[index] = UInt8(index * 20) }
        }
        let outputs = try await service.run(graph, inputs: ["left": left, "right": right])
        #expect(outputs["sum"]?.floats == [0, 60, 120, 180, 20, 80, 140, 200, 40, 100, 160, 220])
    }

    @Test("what is not a graph, or not there, is refused with the reason")
    func badFiles() async throws {
        let service = try InferenceService()
        let folder = try TemporaryDirectory()
        let missing = folder.url.appendingPathComponent("none.onnx")
        await #expect(throws: VisionError.modelMissing(path: missing.path)) { try await service.load(missing) }

        let broken = folder.url.appendingPathComponent("broken.onnx")
        try Data("not a graph".utf8).write(to: broken)
        let error = await #expect(throws: VisionError.self) { try await service.load(broken) }
        guard case .graphInvalid("broken", let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!reason.isEmpty && !reason.contains("\n"))
        await #expect(throws: VisionError.self) { try await service.load([], name: "empty") }
    }

    @Test("a tensor of the wrong shape or name is refused before it runs")
    func wrongShape() async throws {
        let service = try InferenceService()
        let graph = try await service.load(TinyGraph.sum(shape: [1, 4]), name: "sum")
        let right = try graph.makeTensor("right"), wrong = try Tensor(shape: [1, 5])
        await #expect(throws: VisionError.wrongShape(graph: "sum", tensor: "left", expected: [1, 4], found: [1, 5])) {
            try await service.run(graph, inputs: ["left": wrong, "right": right])
        }
        await #expect(throws: VisionError.unknownTensor(graph: "sum", tensor: "top", known: ["left", "right"])) {
            try await service.run(graph, inputs: ["top": right])
        }
        #expect(throws: VisionError.wrongShape(graph: "sum", tensor: "sum", expected: [0, 3], found: [1, 4])) {
            try graph.require([TensorDescription(name: "sum", shape: [0, 3])])
        }
        try graph.require([TensorDescription(name: "sum", shape: [0, 4])])
    }

    /// Keeps the service's thread busy until the returned semaphore is signalled.
    private func occupy(_ service: InferenceService) async -> (release: DispatchSemaphore, done: Task<Void, any Error>)
    {
        let release = DispatchSemaphore(value: 0)
        let (begun, continuation) = AsyncStream<Void>.makeStream()
        let done = Task {
            try await service.perform("occupied") {
                continuation.finish()
                release.wait()
            }
        }
        for await _ in begun {}
        return (release, done)
    }

    @Test("requests are served in the order of their arrival")
    func order() async throws {
        let service = try InferenceService()
        let (release, done) = await occupy(service)
        let served = Journal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<20 {
                group.addTask { try await service.perform("job") { served.note(index) } }
                while service.waitingCount < index + 1 { await Task.yield() }
            }
            release.signal()
            try await group.waitForAll()
        }
        try await done.value
        #expect(served.entries == Array(0..<20))
    }

    @Test("what somebody waits for goes before what is asked all the time, each in its order")
    func urgent() async throws {
        let service = try InferenceService()
        let (release, done) = await occupy(service)
        let served = Journal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<6 {
                group.addTask {
                    try await InferencePriority.$isUrgent.withValue(!index.isMultiple(of: 2)) {
                        try await service.perform("job") { served.note(index) }
                    }
                }
                while service.waitingCount < index + 1 { await Task.yield() }
            }
            release.signal()
            try await group.waitForAll()
        }
        try await done.value
        #expect(served.entries == [1, 3, 5, 0, 2, 4])
    }

    @Test("a request that waits longer than its deadline is dropped without being computed")
    func deadline() async throws {
        let clock = ManualClock()
        let service = try InferenceService(clock: clock)
        let (release, done) = await occupy(service)
        let computed = Journal()
        let late = Task { try await service.perform("late", deadlineSeconds: 2) { computed.note(1) } }
        await clock.waitForSleepers()
        clock.advance(seconds: 2.5)
        await #expect(throws: VisionError.deadlineExceeded(graph: "late", seconds: 2)) { try await late.value }
        release.signal()
        try await done.value
        try await service.perform("next") {}
        #expect(computed.entries.isEmpty)
    }

    @Test("a cancelled request leaves the queue, and the next one is served")
    func cancellation() async throws {
        let service = try InferenceService()
        let (release, done) = await occupy(service)
        let computed = Journal()
        let cancelled = Task { try await service.perform("cancelled") { computed.note(1) } }
        while service.waitingCount == 0 { await Task.yield() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(service.waitingCount == 0)
        release.signal()
        try await done.value
        try await service.perform("next") {}
        #expect(computed.entries.isEmpty)
    }

    @Test("requests that wait when the service goes away are told so")
    func closing() async throws {
        let queue = InferenceQueue()
        let job = InferenceJob(label: "waiting") {}
        let waiting = Task {
            try await withCheckedThrowingContinuation { continuation in
                if job.wait(continuation) { _ = queue.append(job) }
            }
        }
        while queue.count == 0 { await Task.yield() }
        queue.close()
        await #expect(throws: VisionError.closed) { try await waiting.value }
        #expect(!queue.append(InferenceJob(label: "later") {}))
    }

    /// Keeps asking until the service refuses.
    /// - Returns: what it said then.
    private func ask(_ service: InferenceService, _ graph: GraphHandle, side: Int) async throws -> VisionError? {
        let left = try Tensor(shape: [side, side]), right = try Tensor(shape: [side, side])
        while true {
            do {
                _ = try await service.run(graph, inputs: ["left": left, "right": right])
            } catch let error as VisionError {
                return error
            } catch is CancellationError {
                return nil
            }
        }
    }

    @Test(
        "it ends at any moment under load: what waits is refused, what runs is finished, what is held goes in any order"
    )
    func endsUnderLoad() async throws {
        let side = 192
        let ends = ProcessInfo.processInfo.environment["AISLEWATCH_SOAK"] == nil ? 200 : 1000
        var generator = SeededGenerator(seed: 19)
        for end in 0..<ends {
            let service = try InferenceService()
            let graph = try await service.load(TinyGraph.product(side: side), name: "product")
            let workers = (0..<4).map { _ in Task { try await ask(service, graph, side: side) } }
            try await Task.sleep(for: .microseconds(Int.random(in: 0..<8000, using: &generator)))
            switch end % 3 {
            case 0:
                await service.shutdown()
                await #expect(throws: VisionError.closed) { try await service.perform("late") {} }
                for worker in workers { #expect(try await worker.value == .closed) }
            case 1:
                // Ended while another graph is compiled, and twice.
                let late = Task { try await service.load(TinyGraph.product(side: 64), name: "late") }
                async let again: Void = service.shutdown()
                await service.shutdown()
                await again
                _ = try? await late.value
                for worker in workers { #expect(try await worker.value == .closed) }
            default:
                // Nobody ends it: it goes with the last one that holds it, graphs first or last.
                for worker in workers { worker.cancel() }
                for worker in workers { #expect(try await worker.value == nil) }
            }
            #expect(service.waitingCount == 0)
        }
    }

    @Test("a process that exits while a request runs, and nobody has ended the service, exits as it was told")
    func exitUnderLoad() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let service = try InferenceService()
            let graph = try await service.load(TinyGraph.product(side: 900), name: "product")
            let left = try Tensor(shape: [900, 900]), right = try Tensor(shape: [900, 900])
            for _ in 0..<3 {
                Task { while true { _ = try await service.run(graph, inputs: ["left": left, "right": right]) } }
            }
            // One of them runs when another one waits.
            while service.waitingCount == 0 { await Task.yield() }
            exit(7)
        }
    }

    @Test("messages of the runtime become one line without source positions")
    func condensed() {
        let message =
            "Exception from src/inference/core.cpp:128:\nException from x.cpp:1:\nUnable to read the model.\n  Check it.\n"
        #expect(OpenVINO.condensed(message) == "Unable to read the model. Check it.")
    }
}
