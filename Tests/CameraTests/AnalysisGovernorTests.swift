import Testing

@testable import Camera

@Suite("How often the network looks, by the machine's load")
struct AnalysisGovernorTests {
    /// The shares that hold at each look, two seconds apart.
    private func shares(_ busy: [Double], skips: Set<Int> = []) -> [Double] {
        var governor = AnalysisGovernor()
        return busy.enumerated().map { index, busy in
            _ = governor.look(busy: busy, hasSkipped: skips.contains(index), now: Double(index) * 2)
            return governor.share
        }
    }

    @Test("a machine that is full for some seconds does less, step by step, and never less than a quarter")
    func lowered() {
        let shares = shares([Double](repeating: 0.97, count: 60))
        #expect(shares.prefix(3).allSatisfy { $0 == 1 })
        #expect(shares[3] == 0.8)
        #expect(zip(shares, shares.dropFirst()).allSatisfy { $1 <= $0 })
        #expect(shares.last == AnalysisGovernor.least)
    }

    @Test("a short peak changes nothing, and neither does a machine that is well used")
    func peaks() {
        #expect(shares((0..<60).map { $0 % 3 == 0 ? 0.6 : 1 }).allSatisfy { $0 == 1 })
        #expect(shares([Double](repeating: 0.85, count: 60)).allSatisfy { $0 == 1 })
    }

    @Test("with room again all is as it was set, patiently")
    func raised() {
        let shares = shares([Double](repeating: 0.97, count: 8) + [Double](repeating: 0.4, count: 60))
        #expect(shares[7] < 0.7)
        #expect(shares[8 + 14] == shares[7], "half a minute of room comes first")
        #expect(shares.last == 1)
    }

    @Test("frames that are skipped count like a full machine: something else holds it up")
    func skips() {
        #expect(shares([Double](repeating: 0.3, count: 10), skips: Set(0..<10)).last ?? 1 < 1)
    }

    @Test("the kernel's figures: what runs at a lower priority makes room, and a limit of the service counts")
    func kernel() throws {
        let stat = "cpu  100 50 30 700 20 0 10 0 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n"
        let times = try #require(MachineLoad.times(stat))
        #expect(times.total == 910 && times.idle == 770)
        #expect(MachineLoad.times("intr 1 2 3") == nil)
        #expect(MachineLoad.quota("150000 100000\n") == 1.5)
        #expect(MachineLoad.quota("max 100000\n") == nil)
    }
}

@Suite("Times from frame to decision")
struct DecisionTimesTests {
    @Test("percentiles of what was noted, a little too long at most")
    func percentiles() throws {
        var times = DecisionTimes()
        #expect(times.percentiles == nil)
        for milliseconds in 1...100 { times.note(milliseconds: Double(milliseconds), now: 0) }
        let found = try #require(times.percentiles)
        #expect((50...55).contains(found.p50) && (95...104).contains(found.p95) && (99...109).contains(found.p99))
    }

    @Test("what was two minutes ago no longer counts")
    func lately() throws {
        var times = DecisionTimes()
        for second in 0..<10 { times.note(milliseconds: 5000, now: Double(second)) }
        for second in 10..<200 { times.note(milliseconds: 20, now: Double(second)) }
        #expect(try #require(times.percentiles).p99 < 25)
    }
}
