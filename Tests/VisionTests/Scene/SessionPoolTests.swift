import Domain
import Media
import Synchronization
import Testing

@testable import Vision

@Suite("The sessions before one camera")
struct SessionPoolTests {
    /// Its sessions look at their prompt until they are let go; before that they have nothing to step.
    private final class SlowFamily: SegmentationFamily {
        let name = "slow"
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)

        func makeSession() throws -> any SegmentationSession { SlowSession(family: self) }
    }

    private actor SlowSession: SegmentationSession {
        private let family: SlowFamily
        private var mask: Mask?

        init(family: SlowFamily) { self.family = family }

        func start(_ frame: VideoFrame, prompt: Prompt, change: ChangeMap?) async throws -> [MaskCandidate] {
            family.ask.yield()
            for await _ in family.gate {}
            let found = Mask(size: frame.size, bitmap: [UInt8](repeating: 1, count: frame.size.area))
            mask = found
            return [MaskCandidate(mask: found, predictedIoU: 0.9)]
        }

        func choose(_ candidate: Int) async throws {}

        func step(_ frame: VideoFrame, change: ChangeMap?, hint: Region?) async throws -> MaskObservation {
            guard let mask else { throw VisionError.notStarted }
            return .present(mask, quality: 0.9)
        }

        func correct(_ frame: VideoFrame, prompt: Prompt) async throws -> [MaskCandidate] { [] }
    }

    @Test("what a person prompted is followed also when frames come while the network still looks at the prompt")
    func slowStart() async throws {
        let family = SlowFamily()
        let pool = SessionPool(family: family, maxSessions: 4)
        let size = FrameSize(width: 32, height: 16)
        let frame = try VideoFrame(luma: [UInt8](repeating: 90, count: size.area), size: size)
        let change = ChangeMap(size: size, frameSize: size, values: [UInt8](repeating: 0, count: size.area))
        let id = TrackID(rawValue: 7)
        let begun = Task { try await pool.begin(id, prompt: Prompt(positive: [Point(x: 5, y: 5)]), frame: frame) }
        for await _ in family.asked { break }
        let early = await pool.analyse(frame, change: change, proposals: [], alive: [], quiet: [])
        #expect(early.sights.isEmpty && early.lost.isEmpty)
        family.open.finish()
        #expect(try await begun.value.count == 1)
        let later = await pool.analyse(frame, change: change, proposals: [], alive: [], quiet: [])
        #expect(later.sights[id] != nil)
    }

    @Test("of many proposals only those that get a session have their prompt made")
    func fewPrompts() async throws {
        let family = FakeFamily()
        let pool = SessionPool(family: family, maxSessions: 4)
        let size = FrameSize(width: 32, height: 16)
        let change = ChangeMap(size: size, frameSize: size, values: [UInt8](repeating: 0, count: size.area))
        let made = Mutex<[Int]>([])
        let all = (1...48).map(TrackID.init(rawValue:))
        let proposals = all.map { id in
            Proposal(trackID: id, priority: 1) {
                made.withLock { $0.append(id.rawValue) }
                // Of the second nothing is seen any more: the next one gets its place.
                return id.rawValue == 2 ? nil : Prompt(box: Region(x: 4, y: 4, width: 8, height: 8))
            }
        }
        for number in 0..<5 {
            let frame = try VideoFrame(
                luma: [UInt8](repeating: 90, count: size.area), size: size, time: MediaTime(seconds: Double(number) / 5)
            )
            let outcome = await pool.analyse(
                frame, change: change, proposals: proposals, alive: Set(all), quiet: [])
            #expect(outcome.sights.keys.map(\.rawValue).sorted() == [1, 3, 4, 5])
        }
        #expect(made.withLock { $0 } == [1, 2, 3, 4, 5])
        #expect(family.calls.withLock { $0.starts } == 4)
    }
}
