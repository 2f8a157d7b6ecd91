import Domain
import Media

/// A network that answers prompts on single frames and follows nothing.
public protocol PromptModel: AnyObject, Sendable {
    /// What the configuration calls it, for instance `mobile_sam`.
    var name: String { get }

    /// Answers to clicks or a box.
    /// - Parameters:
    ///   - known: the object's mask in this frame, as far as it is known before this prompt.
    ///   - others: what another network answered to the same prompt; they take part in the choice.
    /// - Returns: up to three candidates, best first, each different from the others; empty when nothing was found.
    /// - Throws: `VisionError`.
    func answers(
        _ frame: VideoFrame, prompt: Prompt, known: Mask?, others: [MaskCandidate]
    ) async throws -> [MaskCandidate]
}

/// Two networks as one family: a large one for clicks and boxes, a fast one that follows what the large one found.
///
/// What the first finds is handed to the second as a mask. Masks that are given, and what the program itself points at, go to the
/// second alone.
public final class HybridFamily: SegmentationFamily {
    /// The name of the one that follows.
    public var name: String { follower.name }
    public var details: String { "\(follower.details), clicks by \(prompts.name)" }

    private let follower: any SegmentationFamily
    private let prompts: any PromptModel
    private let onFailure: @Sendable (any Error) -> Void

    /// - Parameter onFailure: is told when `prompts` failed and the follower answered alone.
    public init(
        prompts: any PromptModel, follower: any SegmentationFamily,
        onFailure: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.prompts = prompts
        self.follower = follower
        self.onFailure = onFailure
    }

    public func makeAutomaticSession() throws -> any SegmentationSession { try follower.makeAutomaticSession() }

    public func makeSession() throws -> any SegmentationSession {
        HybridSession(prompts: prompts, follower: try follower.makeSession(), onFailure: onFailure)
    }
}

/// A family that follows as well, used for prompts only.
public final class FamilyPrompts: PromptModel {
    public var name: String { family.name }
    private let family: any SegmentationFamily

    public init(_ family: any SegmentationFamily) { self.family = family }

    public func answers(
        _ frame: VideoFrame, prompt: Prompt, known: Mask?, others: [MaskCandidate]
    ) async throws -> [MaskCandidate] {
        let session = try family.makeSession()
        guard let known, !known.isEmpty else { return try await session.start(frame, prompt: prompt, change: nil) }
        _ = try await session.start(frame, prompt: Prompt(mask: known), change: nil)
        return try await session.correct(frame, prompt: prompt)
    }
}

/// One object, prompted by one network and followed by the other.
actor HybridSession: SegmentationSession {
    /// The last prompt, and what was answered to it.
    private struct Prompted {
        var frame: VideoFrame
        var prompt: Prompt
        var candidates: [MaskCandidate]
        var chosen = 0
        /// The frame is the one that the follower began with, and nothing was followed since.
        var isFirst: Bool

        func isOf(_ other: VideoFrame) -> Bool {
            frame === other || (frame.time == other.time && frame.size == other.size)
        }
    }

    private let prompts: any PromptModel
    private let follower: any SegmentationSession
    private let onFailure: @Sendable (any Error) -> Void
    private var prompted: Prompted?
    private var isBusy = false

    init(
        prompts: any PromptModel, follower: any SegmentationSession, onFailure: @escaping @Sendable (any Error) -> Void
    ) {
        self.prompts = prompts
        self.follower = follower
        self.onFailure = onFailure
    }

    func start(_ frame: VideoFrame, prompt: Prompt, change: ChangeMap?) async throws -> [MaskCandidate] {
        try await exclusively { session in
            session.prompted = nil
            let own = try await session.follower.start(frame, prompt: prompt, change: change)
            let found =
                prompt.mask == nil ? try await session.ask(frame, prompt: prompt, known: nil, others: own) : own
            if found != own, let best = found.first {
                _ = try await session.follower.start(frame, prompt: Prompt(mask: best.mask), change: change)
            }
            session.prompted = Prompted(frame: frame, prompt: prompt, candidates: found, isFirst: true)
            return found
        }
    }

    func choose(_ candidate: Int) async throws {
        try await exclusively { session in
            guard let last = session.prompted else { throw VisionError.notStarted }
            guard last.candidates.indices.contains(candidate) else {
                throw VisionError.noSuchCandidate(index: candidate, count: last.candidates.count)
            }
            try await session.hand(last.candidates[candidate].mask, last.frame, isFirst: last.isFirst)
            session.prompted?.chosen = candidate
        }
    }

    func step(_ frame: VideoFrame, change: ChangeMap?, hint: Region?) async throws -> MaskObservation {
        try await exclusively { session in
            session.prompted?.isFirst = false
            return try await session.follower.step(frame, change: change, hint: hint)
        }
    }

    func correct(_ frame: VideoFrame, prompt: Prompt) async throws -> [MaskCandidate] {
        try PromptCheck.positions(of: prompt, in: frame.size)
        return try await exclusively { session in
            guard let last = session.prompted else { throw VisionError.notStarted }
            var asked = prompt
            var known: Mask?
            let isFirst = last.isFirst && last.isOf(frame)
            if last.isOf(frame) {
                asked.positive = last.prompt.positive + prompt.positive
                asked.negative = last.prompt.negative + prompt.negative
                asked.box = prompt.box ?? last.prompt.box
                known = last.candidates.indices.contains(last.chosen) ? last.candidates[last.chosen].mask : nil
            } else if case .present(let mask, _) = try await session.follower.step(frame, change: nil) {
                known = mask
            }
            let found =
                prompt.mask == nil && !prompt.isEmpty
                ? try await session.ask(frame, prompt: asked, known: known, others: []) : []
            guard let best = found.first else {
                let own = try await session.follower.correct(frame, prompt: prompt)
                session.prompted = Prompted(frame: frame, prompt: asked, candidates: own, isFirst: isFirst)
                return own
            }
            try await session.hand(best.mask, frame, isFirst: isFirst)
            session.prompted = Prompted(frame: frame, prompt: asked, candidates: found, isFirst: isFirst)
            return found
        }
    }

    /// The larger network's answers; the follower's alone where it fails.
    private func ask(
        _ frame: VideoFrame, prompt: Prompt, known: Mask?, others: [MaskCandidate]
    ) async throws -> [MaskCandidate] {
        do {
            let found = try await prompts.answers(frame, prompt: prompt, known: known, others: others)
            return found.isEmpty ? others : found
        } catch let error as CancellationError {
            throw error
        } catch {
            onFailure(error)
            return others
        }
    }

    /// The follower goes on with this mask.
    private func hand(_ mask: Mask, _ frame: VideoFrame, isFirst: Bool) async throws {
        let prompt = Prompt(mask: mask)
        _ =
            isFirst
            ? try await follower.start(frame, prompt: prompt, change: nil)
            : try await follower.correct(frame, prompt: prompt)
    }

    private func exclusively<R: Sendable>(_ body: (isolated HybridSession) async throws -> R) async throws -> R {
        guard !isBusy else { throw VisionError.sessionBusy }
        isBusy = true
        defer { isBusy = false }
        return try await body(self)
    }
}
