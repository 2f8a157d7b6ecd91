import Domain
import Synchronization
import TestSupport
import Testing

@Suite("Work that waits")
struct BlockingWorkTests {
    struct Failed: Error {}

    @Test("the pool may not wait, and the threads may")
    func watchdog() async {
        #expect(!BlockingWork.mayBlock)
        #expect(await BlockingWork.shared.run { BlockingWork.mayBlock })
    }

    @Test("a test may wait where it says so", .mayWait)
    func permission() { #expect(BlockingWork.mayBlock) }

    @Test("results and errors come back")
    func results() async {
        #expect(await BlockingWork.shared.run { 42 } == 42)
        await #expect(throws: Failed.self) { try await BlockingWork.shared.run { throw Failed() } }
    }

    @Test("one thread does its work in order")
    func order() async {
        let work = BlockingWork("test", maxThreads: 1)
        let done = Mutex<[Int]>([])
        for index in 0..<100 { work.start { done.withLock { $0.append(index) } } }
        await work.drain()
        #expect(done.withLock { $0 } == Array(0..<100))
    }

    @Test("more work than there are cores hangs, and tasks and other work go on", .timeLimit(.minutes(1)))
    func hanging() async {
        let gate = Gate()
        let work = BlockingWork("test", maxThreads: 16)
        for _ in 0..<16 { work.start { gate.wait() } }
        // Each step needs a thread of the pool and one of another lane.
        for step in 0..<50 {
            #expect(await Task { await BlockingWork.shared.run { step } }.value == step)
        }
        gate.open()
        await work.run {}
    }
}
