import Testing

@testable import Media

@Suite("Pace of the analysis")
struct AnalysisPacerTests {
    private static let policy = StillnessPolicy(
        learnSeconds: 10, quietSeconds: 3, lookSeconds: 4, contextSeconds: 0.8, lookDelaySeconds: 0.8,
        maxKeyFrameSeconds: 8, fewestFramesPerKeyFrame: 4, maxFailures: 3, doubtSeconds: 300, proofSeconds: 3)

    /// A camera of 10 frames a second, with what its scene says of each frame that is decoded.
    private struct Run {
        var pacer = AnalysisPacer(policy: AnalysisPacerTests.policy)
        var keyFrameEvery = 20
        var frame = 0
        var isWatched = false
        var verdict = SceneVerdict.quiet
        var looks: [SceneVerdict] = []
        /// Steps that were neither `decode` nor `hold`, with the second at which they were taken.
        var steps: [(seconds: Double, step: AnalysisPacer.Step)] = []
        var decoded = 0

        var seconds: Double { Double(frame) / 10 }

        @discardableResult
        mutating func next(bytes: Int? = nil) -> AnalysisPacer.Step {
            let isKey = frame % keyFrameEvery == 0
            // A little noise that repeats.
            let size = isKey ? 40_000 + frame % 7 * 90 : 3000 + frame * 37 % 11 * 60
            let step = pacer.take(
                PacketFacts(pts: Int64(frame) * 9000, bytes: bytes ?? size, isKeyFrame: isKey), isWatched: isWatched)
            switch step {
            case .decode:
                decoded += 1
                pacer.note(verdict)
            case .hold: break
            case .look(let key):
                steps.append((seconds, step))
                _ = pacer.note(looks.isEmpty ? .quiet : looks.removeFirst(), ofLookAt: key)
            case .resume: steps.append((seconds, step))
            }
            frame += 1
            return step
        }

        mutating func run(until seconds: Double) { while self.seconds < seconds { next() } }

        /// On to a moment in a still stretch, a part of a group of pictures behind its key frame.
        mutating func runStill(behindKey seconds: Double) {
            run(until: self.seconds + 30)
            while frame % keyFrameEvery != Int(seconds * 10) { next() }
        }
    }

    @Test("all is decoded while the scene is learned; then a key frame every four seconds is looked at")
    func still() {
        var run = Run()
        run.run(until: 9.9)
        #expect(run.decoded == 99 && run.pacer.pace == .full(.learning))
        run.run(until: 12)
        #expect(run.pacer.pace == .still)
        let before = run.decoded
        run.run(until: 132)
        #expect(run.decoded == before)
        let looks = run.steps.compactMap { entry -> Int64? in
            if case .look(let key) = entry.step { key } else { nil }
        }
        #expect(looks.count == 30)
        #expect(zip(looks, looks.dropFirst()).allSatisfy { $1 - $0 == 360_000 })
        // A look waits until what may follow its key frame needs no frames before it.
        #expect(
            run.steps.allSatisfy { entry in
                if case .look(let key) = entry.step { entry.seconds - Double(key) / 90_000 > 0.79 } else { false }
            })
    }

    @Test("a surprising packet wakes it, from a key frame that lies long enough before")
    func surprise() {
        var run = Run()
        run.runStill(behindKey: 1.5)
        let key = Int64(run.frame - 15) * 9000
        // Looked at already, or not: either way what was held since the key frame is decoded.
        let step = run.next(bytes: 9000)
        #expect(step == .resume(from: nil) || step == .resume(from: key))
        #expect(run.pacer.pace == .full(.activity))
        run.runStill(behindKey: 0.5)
        guard case .resume(let from) = run.next(bytes: 9000) else {
            Issue.record("it did not wake")
            return
        }
        // Not the key frame of half a second before.
        #expect(from != Int64(run.frame - 6) * 9000)
    }

    @Test("it stays awake while something happens, and for some seconds after")
    func activity() {
        var run = Run()
        run.runStill(behindKey: 1.5)
        run.next(bytes: 9000)
        run.verdict = .busy
        run.run(until: run.seconds + 20)
        #expect(run.pacer.pace == .full(.activity))
        run.verdict = .quiet
        run.run(until: run.seconds + 2.5)
        #expect(run.pacer.pace == .full(.activity))
        run.run(until: run.seconds + 2)
        #expect(run.pacer.pace == .still)
    }

    @Test("what a look finds brings back all that was held")
    func look() {
        var run = Run()
        run.runStill(behindKey: 1.5)
        run.looks = [.busy]
        let looks = run.steps.count
        while run.steps.count == looks { run.next() }
        #expect(run.pacer.pace == .full(.activity))
    }

    @Test("somebody who looks wakes it, and it sleeps again when nobody does")
    func watched() {
        var run = Run()
        run.runStill(behindKey: 1.5)
        run.isWatched = true
        if case .resume = run.next() {} else { Issue.record("it did not wake") }
        run.run(until: run.seconds + 30)
        #expect(run.pacer.pace == .full(.watched))
        run.isWatched = false
        run.run(until: run.seconds + 4)
        #expect(run.pacer.pace == .still)
    }

    @Test("a scene that is never quiet is never left")
    func busyFromTheStart() {
        var run = Run()
        run.verdict = .busy
        run.run(until: 60)
        #expect(run.decoded == 600)
    }

    @Test("configured to be continuous, it decodes all")
    func continuous() {
        var run = Run(pacer: AnalysisPacer(isContinuous: true))
        run.run(until: 60)
        #expect(run.decoded == 600 && run.pacer.pace == .full(.configured))
    }

    @Test("key frames that are too rare, or nothing but key frames, keep it awake")
    func keyFrames() {
        var rare = Run(keyFrameEvery: 120)
        rare.run(until: 100)
        #expect(rare.decoded == 1000 && rare.pacer.pace == .full(.keyFramesTooRare))
        var all = Run(keyFrameEvery: 1)
        all.run(until: 100)
        #expect(all.decoded == 1000 && all.pacer.pace == .full(.keyFramesOnly))
    }

    @Test("key frames that stop coming wake it")
    func lastKeyFrame() {
        var run = Run()
        run.runStill(behindKey: 1)
        run.keyFrameEvery = 100_000
        run.run(until: run.seconds + 10)
        #expect(run.pacer.pace == .full(.keyFramesTooRare))
        if case .resume = run.steps.last?.step {} else { Issue.record("nothing was decoded") }
    }

    @Test("events that only looks find, again and again, end it for a time")
    func sizesSayLittle() {
        var run = Run()
        for _ in 0..<3 {
            run.runStill(behindKey: 1.5)
            #expect(run.pacer.pace == .still)
            run.looks = [.busy]
            while !run.looks.isEmpty { run.next() }
            run.verdict = .busy
            run.run(until: run.seconds + 5)
            run.verdict = .quiet
        }
        #expect(run.pacer.pace == .full(.sizesSayLittle))
        run.run(until: run.seconds + 250)
        #expect(run.pacer.pace == .full(.sizesSayLittle))
        run.run(until: run.seconds + 60)
        #expect(run.pacer.pace == .still)
    }

    @Test("looks that find what all frames don't show end it for a time")
    func keyFramesDiffer() {
        var run = Run()
        for _ in 0..<3 {
            run.runStill(behindKey: 1.5)
            #expect(run.pacer.pace == .still)
            run.looks = [.busy]
            while !run.looks.isEmpty { run.next() }
        }
        run.run(until: run.seconds + 10)
        #expect(run.pacer.pace == .full(.keyFramesDiffer))
    }

    @Test("surprises that were none make it sleep more soundly")
    func tolerance() {
        var run = Run()
        var woken = 0
        for _ in 0..<10 {
            run.runStill(behindKey: 1.5)
            if case .resume = run.next(bytes: 7000) { woken += 1 }
        }
        #expect(woken >= 1 && woken < 10)
    }

    @Test("another stream is learned anew")
    func restart() {
        var run = Run()
        run.runStill(behindKey: 1)
        run.pacer.restart()
        #expect(run.pacer.pace == .full(.learning))
        let before = run.decoded
        run.run(until: run.seconds + 9)
        #expect(run.decoded - before == 90)
        run.run(until: run.seconds + 4)
        #expect(run.pacer.pace == .still)
    }
}
