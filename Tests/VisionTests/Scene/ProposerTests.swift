import Domain
import Testing

@testable import Vision

@Suite("Proposals")
struct ProposerTests {
    private func labels(_ boxes: [(label: UInt16, box: Box)]) -> Plane<UInt16> {
        let labels = Plane<UInt16>(width: 320, height: 180, filledWith: 0)
        for (label, box) in boxes {
            for y in box.top...box.bottom { for x in box.left...box.right { labels.pixels[y * 320 + x] = label } }
        }
        return labels
    }

    private func track(_ label: UInt16, _ box: Box, resting: Bool = false) -> BlobTrack {
        var track = BlobTrack(label: label, box: box, seconds: 1)
        track.id = TrackID(rawValue: Int(label))
        track.restingSince = resting ? 2 : nil
        return track
    }

    @Test("the prompt is the box and the point farthest from the edge, in pixels of the frame")
    func prompt() throws {
        let box = Box(left: 100, top: 50, right: 140, bottom: 70)
        let proposals = Proposer.proposals(
            tracks: [track(1, box)], labels: labels([(1, box)]), frameSize: FrameSize(width: 1280, height: 720),
            factor: 4,
            seconds: 2, settings: ProposalSettings())
        let prompt = try #require(proposals.first?.makePrompt())
        #expect(prompt.box == Region(x: 400, y: 200, width: 164, height: 84))
        let point = try #require(prompt.positive.first)
        #expect(point.y == 242)
        #expect((440...530).contains(point.x))
    }

    @Test("an L-shaped blob is clicked inside, not in its box's centre")
    func innerPoint() throws {
        let plane = labels([
            (1, Box(left: 10, top: 10, right: 17, bottom: 80)), (1, Box(left: 10, top: 60, right: 60, bottom: 80)),
        ])
        let box = Box(left: 10, top: 10, right: 60, bottom: 80)
        func point(of label: UInt16) -> Point? {
            Proposer.proposals(
                tracks: [track(label, box)], labels: plane, frameSize: FrameSize(width: 320, height: 180), factor: 1,
                seconds: 2, settings: ProposalSettings()
            ).first?.makePrompt()?.positive.first
        }
        let inner = try #require(point(of: 1))
        #expect(plane.pixels[Int(inner.y) * 320 + Int(inner.x)] == 1)
        #expect(inner.y == 70.5)
        #expect(point(of: 2) == nil)
    }

    @Test("a prompt shows the track as it was when it was proposed, whatever the tracker does since")
    func snapshot() throws {
        let box = Box(left: 100, top: 50, right: 140, bottom: 70)
        let plane = labels([(1, box)])
        let proposals = Proposer.proposals(
            tracks: [track(1, box)], labels: plane, frameSize: FrameSize(width: 320, height: 180), factor: 1,
            seconds: 2, settings: ProposalSettings())
        let before = try #require(proposals.first?.makePrompt())
        plane.fill(0)
        #expect(proposals.first?.makePrompt() == before)
    }

    @Test("what moves goes before what rests; specks, giants and the unseen are left out")
    func order() {
        let resting = Box(left: 10, top: 10, right: 60, bottom: 60),
            moving = Box(left: 100, top: 10, right: 120, bottom: 30)
        let speck = Box(left: 200, top: 10, right: 203, bottom: 13),
            giant = Box(left: 0, top: 70, right: 319, bottom: 179)
        var unseen = track(5, moving)
        unseen.isSeen = false
        let proposals = Proposer.proposals(
            tracks: [track(1, resting, resting: true), track(2, moving), track(3, speck), track(4, giant), unseen],
            labels: labels([(1, resting), (2, moving), (3, speck), (4, giant)]),
            frameSize: FrameSize(width: 320, height: 180), factor: 1, seconds: 3, settings: ProposalSettings())
        #expect(proposals.map(\.trackID.rawValue) == [2, 1])
    }
}
