import Domain
import Testing

@testable import Vision

@Suite("Ranking of candidates")
struct CandidateRankingTests {
    private let size = FrameSize(width: 20, height: 20)

    private func candidate(_ columns: Range<Int>, _ quality: Double) -> MaskCandidate {
        MaskCandidate(
            mask: Mask(size: size, bitmap: (0..<size.area).map { columns.contains($0 % size.width) ? 1 : 0 }),
            predictedIoU: quality)
    }

    private func rank(_ found: [MaskCandidate], _ prompt: Prompt) -> [MaskCandidate] {
        CandidateRanking.distinct(found, for: prompt)
    }

    @Test("the best come first, those that say the same and empty ones are left out, three stay")
    func distinct() {
        let found = [
            candidate(0..<10, 0.7), candidate(0..<20, 0.5), candidate(0..<9, 0.9), candidate(5..<5, 0.99),
            candidate(0..<3, 0.6), candidate(0..<5, 0.4),
        ]
        #expect(rank(found, Prompt()) == [found[2], found[4], found[1]])
    }

    @Test("a mask on the wrong side of clicks comes behind one on the right side")
    func clicks() {
        let left = candidate(0..<10, 0.8), right = candidate(10..<20, 0.7)
        #expect(rank([left, right], .click(Point(x: 15, y: 5))) == [right, left])
        #expect(rank([left, right], Prompt(negative: [Point(x: 5, y: 5)])) == [right, left])
        #expect(rank([left, right], .click(Point(x: 5, y: 5))) == [left, right])
    }
}
