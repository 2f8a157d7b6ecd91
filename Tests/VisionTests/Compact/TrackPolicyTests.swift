import Testing

@testable import Vision

@Suite("What a track believes")
struct TrackPolicyTests {
    private func finding(
        quality: Double = 0.8, presence: Double = 0.95, area: Int = 1000, windowArea: Int = 10_000
    ) -> TrackPolicy.Finding {
        TrackPolicy.Finding(quality: quality, presence: presence, area: area, windowArea: windowArea)
    }

    private func isSeen(_ verdict: TrackPolicy.Verdict) -> Bool { verdict != .lost }

    @Test("a steady object is seen, and every third sure frame is remembered")
    func steady() {
        var policy = TrackPolicy(area: 1000)
        let remembered = (0..<9).map { _ in policy.judge(finding()) == .seen(remember: true) }
        #expect(remembered == [false, false, true, false, false, true, false, false, true])
    }

    @Test("an unsure frame is used but never remembered")
    func unsure() {
        var policy = TrackPolicy(area: 1000)
        for _ in 0..<6 { #expect(policy.judge(finding(quality: 0.5)) == .seen(remember: false)) }
    }

    @Test("an object that the network says is gone is lost, and needs more to be believed again")
    func lost() {
        var policy = TrackPolicy(area: 1000)
        #expect(policy.judge(finding(presence: 0.2)) == .lost)
        #expect(policy.isLost)
        let scarcely = finding(quality: 0.45, presence: 0.9)
        #expect(scarcely.score > TrackPolicy.seenScore && scarcely.score < TrackPolicy.foundAgainScore)
        #expect(policy.judge(scarcely) == .lost)
        #expect(isSeen(policy.judge(finding())))
        #expect(isSeen(policy.judge(scarcely)))
    }

    @Test("a sudden jump of the area is doubted twice, then believed")
    func jump() {
        var policy = TrackPolicy(area: 1000)
        #expect(policy.judge(finding(quality: 0.7, area: 4000)) == .lost)
        #expect(policy.judge(finding(quality: 0.7, area: 4000)) == .lost)
        #expect(isSeen(policy.judge(finding(quality: 0.7, area: 4000))))
        #expect(policy.area == 4000)
        #expect(policy.judge(finding(quality: 0.7, area: 1000)) == .lost)
    }

    @Test("a jump of which the network is certain is believed at once")
    func certainJump() {
        var policy = TrackPolicy(area: 1000)
        #expect(isSeen(policy.judge(finding(quality: 0.9, area: 4000))))
    }

    @Test("a mask that suddenly fills the window is the background, however often it is seen")
    func filling() {
        var policy = TrackPolicy(area: 1000)
        for _ in 0..<10 { #expect(policy.judge(finding(quality: 0.95, area: 9500)) == .lost) }
        var large = TrackPolicy(area: 9300)
        #expect(isSeen(large.judge(finding(quality: 0.95, area: 9500))))
    }

    @Test("the window grows while the object isn't found, to a bound, and shrinks back when it is")
    func growth() {
        var policy = TrackPolicy(area: 1000)
        var growths: [Double] = []
        for _ in 0..<6 {
            growths.append(policy.windowGrowth)
            _ = policy.judge(finding(presence: 0))
        }
        #expect(growths == [1, 1.4, 1.4 * 1.4, 2.4, 2.4, 2.4])
        _ = policy.judge(finding())
        #expect(policy.windowGrowth == 1)
    }
}
