import Domain

/// The detections of one camera that wait for their proof, and those that had it lately.
struct Suspicions: Sendable {
    /// A further detection of what was judged so lately shares its verdict, in seconds.
    private static let memorySeconds = 60.0
    /// Who has only sat down may fall at any time.
    private static let personMemorySeconds = 4.0

    private struct Waiting: Sendable {
        let suspicion: Suspicion
        let detection: Detection
    }

    private struct Judged: Sendable {
        let kind: IncidentKind
        let tracks: Set<TrackID>
        let seconds: Double
        let isProven: Bool
    }

    private var waiting: [Waiting] = []
    private var fresh: [Suspicion] = []
    private var judged: [Judged] = []
    private var nextID = 0

    /// Whether nothing waits.
    var isEmpty: Bool { waiting.isEmpty }

    /// - Returns: Those that need no proof (any more).
    mutating func hold(
        _ detections: [Detection], _ observation: SceneObservation, _ ledger: TrackLedger,
        needsProof: (Detection) -> Bool
    ) -> [Detection] {
        let now = observation.time.seconds
        judged.removeAll {
            now - $0.seconds > ($0.kind == .personDown && !$0.isProven ? Self.personMemorySeconds : Self.memorySeconds)
        }
        var passed: [Detection] = []
        for detection in detections {
            guard needsProof(detection) else {
                passed.append(detection)
                continue
            }
            let tracks = Set(detection.tracks)
            if let earlier = judged.last(where: { $0.kind == detection.kind && !$0.tracks.isDisjoint(with: tracks) }) {
                if earlier.isProven { passed.append(detection) }
                continue
            }
            // The same thing is being proven.
            if let index = waiting.firstIndex(where: {
                $0.detection.kind == detection.kind && !Set($0.detection.tracks).isDisjoint(with: tracks)
            }) {
                let first = waiting[index]
                waiting[index] = Waiting(suspicion: first.suspicion, detection: detection)
                continue
            }
            let history = detection.tracks.first.flatMap { ledger.histories[$0] }
            let suspicion = Suspicion(
                id: nextID, kind: detection.kind, startSeconds: detection.startSeconds,
                endSeconds: detection.endSeconds, time: observation.time, frameSize: observation.frameSize,
                region: detection.region, restRegion: history?.last?.region ?? detection.region,
                blobs: history?.samples.map { Suspicion.Blob(seconds: $0.seconds, region: $0.region) } ?? [])
            nextID += 1
            waiting.append(Waiting(suspicion: suspicion, detection: detection))
            fresh.append(suspicion)
        }
        return passed
    }

    /// Those that have come up since the last call.
    mutating func takeFresh() -> [Suspicion] {
        defer { fresh.removeAll() }
        return fresh
    }

    /// - Returns: The detection that waited for this proof; nil when it waits no longer.
    mutating func settle(_ id: Int, isProven: (Suspicion, Detection) -> Bool) -> Detection? {
        guard let index = waiting.firstIndex(where: { $0.suspicion.id == id }) else { return nil }
        let entry = waiting.remove(at: index)
        let proven = isProven(entry.suspicion, entry.detection)
        judged.append(
            Judged(
                kind: entry.detection.kind, tracks: Set(entry.detection.tracks), seconds: entry.suspicion.time.seconds,
                isProven: proven))
        return proven ? entry.detection : nil
    }

    /// Those that have waited for too long.
    mutating func overdue(at seconds: Double) -> [Detection] {
        let late = waiting.filter { seconds - $0.suspicion.time.seconds > Suspicion.patienceSeconds }
        return late.compactMap { entry in settle(entry.suspicion.id) { _, detection in !detection.isOnlySuspected } }
    }

    /// All that wait: the video is over.
    mutating func takeAll() -> [Detection] {
        defer { waiting.removeAll() }
        fresh.removeAll()
        return waiting.map(\.detection).filter { !$0.isOnlySuspected }
    }
}
