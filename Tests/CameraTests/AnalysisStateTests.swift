import Testing

@testable import Camera

/// Feeds are numbers here.
@Suite("A camera's analysis while its settings change")
struct AnalysisStateTests {
    /// A pipeline of the given feed runs.
    private func running(_ feed: Int) -> AnalysisState<Int> {
        var state = AnalysisState<Int>()
        let isPrepared = state.prepare(), hasBegun = state.begin(feed)
        #expect(isPrepared && hasBegun)
        return state
    }

    @Test("settings that change while a pipeline is prepared from the old ones are not lost", arguments: [true, false])
    func changeWhilePreparing(needsNewPipeline: Bool) {
        var state = AnalysisState<Int>()
        _ = state.prepare()
        let stopped = state.change(needsNewPipeline: needsNewPipeline)
        // What was prepared from the old settings is not run; the second try is.
        let first = state.begin(1)
        let isPrepared = state.prepare(), second = state.begin(2), next = state.end()
        #expect(stopped == nil && !first && isPrepared && second && next == .afterPause)
    }

    @Test("a running pipeline is ended for settings that it can't take over, and the next one begins at once")
    func changeWhileRunning() {
        var state = running(1)
        let kept = state.change(needsNewPipeline: false), stopped = state.change(needsNewPipeline: true)
        let next = state.end()
        #expect(kept == nil && stopped == 1 && next == .atOnce)
        // Once: a failure after that waits as any other.
        _ = state.prepare()
        _ = state.begin(2)
        let last = state.end()
        #expect(last == .afterPause)
    }

    @Test("settings that change between two pipelines hold for the next one and start nothing")
    func changeBetween() {
        var state = running(1)
        _ = state.end()
        let stopped = state.change(needsNewPipeline: true)
        let isPrepared = state.prepare(), hasBegun = state.begin(2), next = state.end()
        #expect(stopped == nil && isPrepared && hasBegun && next == .afterPause)
    }

    @Test("a stop holds whenever it comes, and gives the feed that is to be stopped")
    func stop() {
        var idle = AnalysisState<Int>()
        let nothing = idle.stop(), idlePrepares = idle.prepare()
        #expect(nothing == nil && !idlePrepares)

        var preparing = AnalysisState<Int>()
        _ = preparing.prepare()
        let none = preparing.stop(), begins = preparing.begin(1), prepares = preparing.prepare()
        #expect(none == nil && !begins && !prepares)

        var running = running(1)
        let feed = running.stop(), changed = running.change(needsNewPipeline: true), next = running.end()
        #expect(feed == 1 && changed == nil && next == .never && running.isStopped)
    }
}
