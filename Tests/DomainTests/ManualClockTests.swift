import Domain
import TestSupport
import Testing

@Suite("The tests' own clock")
struct ManualClockTests {
    @Test("a sleeper wakes when the clock passes its moment, not before")
    func sleeperWakes() async throws {
        let clock = ManualClock()
        let sleeper = Task { try await clock.sleep(seconds: 10) }
        await clock.waitForSleepers()
        clock.advance(seconds: 9)
        await clock.waitForSleepers()
        clock.advance(seconds: 1)
        try await sleeper.value
        #expect(clock.monotonicSeconds() == 10)
    }

    @Test("who waits for a sleeper that never comes is let go by cancelling it")
    func cancelledWatcher() async {
        let clock = ManualClock()
        let watcher = Task { await clock.waitForSleepers() }
        watcher.cancel()
        await watcher.value
    }

    @Test("a cancelled sleeper ends at once")
    func cancelledSleeper() async {
        let clock = ManualClock()
        let sleeper = Task { try await clock.sleep(seconds: 10) }
        await clock.waitForSleepers()
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }
}
