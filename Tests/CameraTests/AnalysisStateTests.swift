import Testing

@testable import Camera

/// Feeds are numbers here.
@Suite("A camera's analysis while its settings change")
struct AnalysisStateTests {
    @Test("settings that change while a pipeline is prepared from the old ones are not lost")
    func changeWhilePreparing() {
        for needsNewPipeline in [true, false] {
            var state = AnalysisState<Int>()
            #expect(state.prepare())
            #expect(state.change(needsNewPipeline: needsNewPipeline) == nil)
            // What was prepared from the old settings is not run; the second try is.
            #expect(!state.begin(1))
            #expect(state.prepare())
            #expect(state.begin(2))
            #expect(state.end() == .afterPause)
        }
    }

    @Test("a running pipeline is ended for settings that it can't take over, and the next one begins at once")
    func changeWhileRunning() {
        var state = AnalysisState<Int>()
        #expect(state.prepare() && state.begin(1))
        #expect(state.change(needsNewPipeline: false) == nil)
        #expect(state.change(needsNewPipeline: true) == 1)
        #expect(state.end() == .atOnce)
        // Once: a failure after that waits as any other.
        #expect(state.prepare() && state.begin(2))
        #expect(state.end() == .afterPause)
    }

    @Test("settings that change between two pipelines hold for the next one and start nothing")
    func changeBetween() {
        var state = AnalysisState<Int>()
        #expect(state.change(needsNewPipeline: true) == nil)
        #expect(state.prepare() && state.begin(1))
        #expect(state.end() == .afterPause)
        #expect(state.change(needsNewPipeline: true) == nil)
        #expect(state.prepare() && state.begin(2))
        #expect(state.end() == .afterPause)
    }

    @Test("a stop holds whenever it comes, and gives the feed that is to be stopped")
    func stop() {
        var idle = AnalysisState<Int>()
        #expect(idle.stop() == nil && !idle.prepare())
        var preparing = AnalysisState<Int>()
        #expect(preparing.prepare())
        #expect(preparing.stop() == nil)
        #expect(!preparing.begin(1) && !preparing.prepare())
        var running = AnalysisState<Int>()
        #expect(running.prepare() && running.begin(1))
        #expect(running.stop() == 1)
        #expect(running.change(needsNewPipeline: true) == nil)
        #expect(running.end() == .never && running.isStopped)
    }
}
