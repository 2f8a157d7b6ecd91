import Domain
import Media

/// The network's sessions, one per followed track, at most `maxSessions`. What goes wrong in one is counted and ends
/// that session alone.
actor SessionPool {
    /// What the network says of one track in one frame.
    struct Sight: Sendable {
        var mask: Mask
        /// Predicted IoU, 0 to 1.
        var quality: Double
    }

    struct Outcome: Sendable {
        var seconds: Double
        var sights: [TrackID: Sight] = [:]
        /// Prompted tracks that were looked for and not found.
        var lost: [TrackID] = []
    }

    private struct Entry {
        var session: any SegmentationSession
        var isPrompted: Bool
        var priority: Double
        /// Frames in a row in which the object was not found.
        var misses = 0
        /// Its session has not looked at its prompt yet.
        var isStarting = false
    }

    private let family: any SegmentationFamily
    private let maxSessions: Int
    private var entries: [TrackID: Entry] = [:]
    private var failed: [TrackID: Int] = [:]
    private(set) var failures = 0
    private(set) var lastError: String?

    init(family: any SegmentationFamily, maxSessions: Int) {
        self.family = family
        self.maxSessions = max(1, maxSessions)
    }

    /// Begins to follow what a person prompted. Ends the least important other session when all are taken.
    /// - Throws: what the session throws; `SceneError.tooManyPrompts` when all follow prompted objects.
    func begin(_ id: TrackID, prompt: Prompt, frame: VideoFrame) async throws -> [MaskCandidate] {
        if entries.count >= maxSessions {
            let others = entries.filter { !$0.value.isPrompted }
            guard let least = others.min(by: { ($0.value.priority, $1.key) < ($1.value.priority, $0.key) }) else {
                throw SceneError.tooManyPrompts(limit: maxSessions)
            }
            entries[least.key] = nil
        }
        let session = try family.makeSession()
        // Frames go on while the network looks at the prompt: its place is taken, but there is nothing to step yet.
        entries[id] = Entry(session: session, isPrompted: true, priority: .infinity, isStarting: true)
        do {
            let candidates = try await session.start(frame, prompt: prompt, change: nil)
            entries[id]?.isStarting = false
            return candidates
        } catch {
            entries[id] = nil
            throw error
        }
    }

    func end(_ id: TrackID) { entries[id] = nil }

    func reset() {
        entries = entries.filter(\.value.isPrompted)
        failed.removeAll()
    }

    /// Steps all sessions and begins new ones.
    /// - Parameters:
    ///   - proposals: the tracks worth following, the most important first.
    ///   - alive: motion tracks that still exist; sessions of others end.
    ///   - quiet: tracks at rest, whose mask does not change; not stepped.
    func analyse(
        _ frame: VideoFrame, change: ChangeMap, proposals: [Proposal], alive: Set<TrackID>, quiet: Set<TrackID>
    ) async -> Outcome {
        var outcome = Outcome(seconds: frame.time.seconds)
        for (id, entry) in entries where !entry.isPrompted && !alive.contains(id) { entries[id] = nil }
        failed = failed.filter { alive.contains($0.key) }
        for id in entries.keys.sorted() where !quiet.contains(id) {
            guard let entry = entries[id], !entry.isStarting else { continue }
            do {
                let observation = try await entry.session.step(frame, change: change)
                note(observation, of: id, in: &outcome)
            } catch {
                drop(id, error)
            }
        }
        let wanted = proposals.filter { entries[$0.trackID] == nil && failed[$0.trackID, default: 0] < 2 }
        for proposal in wanted {
            guard hasPlace(for: proposal, quiet: quiet), let prompt = proposal.makePrompt() else { continue }
            makePlace(quiet: quiet)
            do {
                let session = try family.makeAutomaticSession()
                entries[proposal.trackID] = Entry(session: session, isPrompted: false, priority: proposal.priority)
                let candidates = try await session.start(frame, prompt: prompt, change: change)
                if let best = candidates.first, !best.mask.isEmpty {
                    outcome.sights[proposal.trackID] = Sight(mask: best.mask, quality: best.predictedIoU)
                }
            } catch {
                drop(proposal.trackID, error)
            }
        }
        return outcome
    }

    private func note(_ observation: MaskObservation, of id: TrackID, in outcome: inout Outcome) {
        guard entries[id] != nil else { return }
        switch observation {
        case .present(let mask, let quality):
            entries[id]?.misses = 0
            outcome.sights[id] = Sight(mask: mask, quality: quality)
        case .lost:
            entries[id]?.misses += 1
            if entries[id]?.isPrompted == true { outcome.lost.append(id) }
            // The motion detector still sees something there: begin again with its prompt.
            if entries[id]?.isPrompted == false, (entries[id]?.misses ?? 0) >= 5 { entries[id] = nil }
        }
    }

    /// Whether a place is free, or would be when the session of a track at rest ends.
    private func hasPlace(for proposal: Proposal, quiet: Set<TrackID>) -> Bool {
        entries.count < maxSessions || !quiet.contains(proposal.trackID) && oldestAtRest(quiet) != nil
    }

    /// Ends the session of a track at rest if there is no free place.
    private func makePlace(quiet: Set<TrackID>) {
        if entries.count >= maxSessions, let resting = oldestAtRest(quiet) { entries[resting] = nil }
    }

    private func oldestAtRest(_ quiet: Set<TrackID>) -> TrackID? {
        entries.filter { !$0.value.isPrompted && quiet.contains($0.key) }.keys.min()
    }

    private func drop(_ id: TrackID, _ error: any Error) {
        entries[id] = nil
        failed[id, default: 0] += 1
        failures += 1
        lastError = "\(error)"
    }
}
