import Domain
import Foundation
import Media
import Synchronization
import Testing

@testable import Vision

/// Stands for a large network: answers as it is told, and notes what it was asked.
private final class ScriptedPrompts: PromptModel {
    struct Question: Sendable {
        var prompt: Prompt
        var known: Mask?
        var others: [MaskCandidate]
    }

    let name = "scripted"
    let questions = Mutex<[Question]>([])
    private let answer: @Sendable (Question) throws -> [MaskCandidate]

    init(_ answer: @escaping @Sendable (Question) throws -> [MaskCandidate]) { self.answer = answer }

    func answers(
        _ frame: VideoFrame, prompt: Prompt, known: Mask?, others: [MaskCandidate]
    ) async throws -> [MaskCandidate] {
        let question = Question(prompt: prompt, known: known, others: others)
        questions.withLock { $0.append(question) }
        return try answer(question)
    }
}

/// Follows nothing, and notes what it was given.
private final class NotingFamily: SegmentationFamily {
    let name = "noting"
    let prompts = Mutex<[Prompt]>([])

    func makeSession() throws -> any SegmentationSession { Session(family: self) }

    actor Session: SegmentationSession {
        private let family: NotingFamily
        init(family: NotingFamily) { self.family = family }

        func start(_ frame: VideoFrame, prompt: Prompt, change: ChangeMap?) async throws -> [MaskCandidate] {
            family.prompts.withLock { $0.append(prompt) }
            return [MaskCandidate(mask: prompt.mask ?? HybridFamilyTests.small, predictedIoU: 0.5)]
        }
        func choose(_ candidate: Int) async throws {}
        func step(_ frame: VideoFrame, change: ChangeMap?, hint: Region?) async throws -> MaskObservation {
            .present(HybridFamilyTests.moved, quality: 0.9)
        }
        func correct(_ frame: VideoFrame, prompt: Prompt) async throws -> [MaskCandidate] {
            try await start(frame, prompt: prompt, change: nil)
        }
    }
}

@Suite("A network for clicks and one that follows")
struct HybridFamilyTests {
    static let small = Synthetic.squareMask(at: (40, 40))
    static let large = Synthetic.squareMask(at: (100, 80))
    static let moved = Synthetic.squareMask(at: (110, 80))
    private let click = Prompt.click(Point(x: 128, y: 108))
    private let found = [
        MaskCandidate(mask: large, predictedIoU: 0.9), MaskCandidate(mask: small, predictedIoU: 0.6),
    ]

    private func frame(_ seconds: Double) throws -> VideoFrame {
        try Synthetic.frame(square: (100, 80), seconds: seconds)
    }

    @Test("a click is answered by the one, and the other follows that mask")
    func click() async throws {
        let prompts = ScriptedPrompts { [found] _ in found }, follower = NotingFamily()
        let session = try HybridFamily(prompts: prompts, follower: follower).makeSession()
        let answers = try await session.start(frame(0), prompt: click, change: nil)
        #expect(answers == found)
        #expect(prompts.questions.withLock { $0.map(\.others.count) } == [1])
        #expect(follower.prompts.withLock { $0.last } == Prompt(mask: Self.large))
        try await session.choose(1)
        #expect(follower.prompts.withLock { $0.last } == Prompt(mask: Self.small))
        await #expect(throws: VisionError.noSuchCandidate(index: 2, count: 2)) { try await session.choose(2) }
    }

    @Test("a mask that is given, and what the program points at, is the follower's alone")
    func automatic() async throws {
        let prompts = ScriptedPrompts { [found] _ in found }, follower = NotingFamily()
        let family = HybridFamily(prompts: prompts, follower: follower)
        _ = try await family.makeSession().start(frame(0), prompt: Prompt(mask: Self.small), change: nil)
        _ = try await family.makeAutomaticSession().start(frame(0), prompt: click, change: nil)
        #expect(prompts.questions.withLock { $0.isEmpty })
        #expect(follower.prompts.withLock { $0 } == [Prompt(mask: Self.small), click])
    }

    @Test(
        "a later click on the same frame is asked with the earlier ones and the mask; on another, with the mask followed there"
    )
    func correction() async throws {
        let prompts = ScriptedPrompts { [found] _ in found }, follower = NotingFamily()
        let session = try HybridFamily(prompts: prompts, follower: follower).makeSession()
        let first = try frame(0), away = Prompt(negative: [Point(x: 10, y: 10)])
        await #expect(throws: VisionError.notStarted) { try await session.correct(first, prompt: away) }
        _ = try await session.start(first, prompt: click, change: nil)
        _ = try await session.correct(first, prompt: away)
        var asked = try #require(prompts.questions.withLock { $0.last })
        #expect(asked.prompt == Prompt(positive: click.positive, negative: away.negative) && asked.known == Self.large)
        _ = try await session.correct(frame(1), prompt: away)
        asked = try #require(prompts.questions.withLock { $0.last })
        #expect(asked.prompt == away && asked.known == Self.moved)
    }

    @Test("where the network for clicks fails or finds nothing the other answers, and the failure is told")
    func failure() async throws {
        let told = Mutex<[String]>([])
        let failing = ScriptedPrompts { _ in throw VisionError.modelMissing(path: "/m") }
        let family = HybridFamily(prompts: failing, follower: NotingFamily()) { error in
            told.withLock { $0.append("\(error)") }
        }
        let session = try family.makeSession()
        #expect(try await session.start(frame(0), prompt: click, change: nil).map(\.mask) == [Self.small])
        #expect(try await session.correct(frame(0), prompt: click).map(\.mask) == [Self.small])
        #expect(told.withLock { $0.count } == 2)
        let silent = try HybridFamily(prompts: ScriptedPrompts { _ in [] }, follower: NotingFamily()).makeSession()
        #expect(try await silent.start(frame(0), prompt: click, change: nil).map(\.mask) == [Self.small])
    }

    @Test("a family can be the one for clicks")
    func family() async throws {
        let large = NotingFamily(), follower = NotingFamily()
        let session = try HybridFamily(prompts: FamilyPrompts(large), follower: follower).makeSession()
        _ = try await session.start(frame(0), prompt: click, change: nil)
        #expect(large.prompts.withLock { $0 } == [click])
    }
}
