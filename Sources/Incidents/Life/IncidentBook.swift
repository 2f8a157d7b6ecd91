import Domain
import Foundation

/// The open incidents of one camera: makes them from signs, merges signs of one physical event, and ends them.
struct IncidentBook: Sendable {
    private struct Open: Sendable {
        var incident: Incident
        /// Seconds of the last sign, for the end and for merging.
        var lastSignSeconds: Double
        var lastUpdateSeconds: Double
        var changed = false
    }

    /// Updates of one incident come at most this often; a new kind is announced at once.
    private static let updateSeconds = 2.0

    private let settings: MergeSettings
    private let spillEndSeconds: Double
    private let makeID: @Sendable (Date) -> IncidentID
    private var open: [Open] = []

    init(settings: MergeSettings, spillEndSeconds: Double, makeID: @escaping @Sendable (Date) -> IncidentID) {
        self.settings = settings
        self.spillEndSeconds = spillEndSeconds
        self.makeID = makeID
    }

    /// Takes what the rules saw in one frame.
    mutating func absorb(_ signs: [RuleSign], _ observation: SceneObservation, camera: CameraID) -> [IncidentEvent] {
        var events: [IncidentEvent] = []
        for sign in signs {
            if let index = open.firstIndex(where: { belongs(sign, to: $0, observation.frameSize) }) {
                if let event = merge(sign, into: index, observation) { events.append(event) }
                continue
            }
            let incident = make(sign, observation, camera)
            open.append(
                Open(
                    incident: incident, lastSignSeconds: sign.endSeconds,
                    lastUpdateSeconds: observation.time.seconds))
            events.append(.new(incident))
        }
        return events
    }

    /// Sends updates that are due and ends what has been quiet for long enough.
    mutating func advance(to observation: SceneObservation) -> [IncidentEvent] {
        let now = observation.time.seconds
        var events: [IncidentEvent] = []
        for index in open.indices where open[index].changed && now - open[index].lastUpdateSeconds >= Self.updateSeconds
        {
            open[index].changed = false
            open[index].lastUpdateSeconds = now
            events.append(.update(open[index].incident))
        }
        var kept: [Open] = []
        for var entry in open {
            let quiet = entry.incident.kinds.contains(.spill) ? spillEndSeconds : settings.maxGapSeconds
            if now - max(entry.lastSignSeconds, entry.incident.confirmed.seconds) > quiet {
                entry.incident.phase = .ended
                events.append(.end(entry.incident))
            } else {
                kept.append(entry)
            }
        }
        open = kept
        return events
    }

    /// Ends all: the epoch or the video is over.
    mutating func endAll() -> [IncidentEvent] {
        defer { open.removeAll() }
        return open.map { entry in
            var incident = entry.incident
            incident.phase = .ended
            return .end(incident)
        }
    }

    private func belongs(_ sign: RuleSign, to entry: Open, _ size: FrameSize) -> Bool {
        if sign.kind == .spill, !Set(sign.tracks).isDisjoint(with: entry.incident.tracks) { return true }
        let incident = entry.incident
        guard sign.startSeconds <= entry.lastSignSeconds + settings.maxGapSeconds,
            sign.endSeconds >= incident.start.seconds - settings.maxGapSeconds
        else { return false }
        let reach = Int((settings.maxDistancePictureHeights * Double(size.height)).rounded(.up))
        let region = incident.region.scaled(from: incident.frameSize, to: size)
        return !region.expanded(by: reach).intersection(sign.region).isEmpty
    }

    private mutating func merge(_ sign: RuleSign, into index: Int, _ observation: SceneObservation) -> IncidentEvent? {
        var incident = open[index].incident
        let size = observation.frameSize
        incident.region = incident.region.scaled(from: incident.frameSize, to: size).union(sign.region)
        incident.frameSize = size
        incident.severity = max(incident.severity, sign.severity)
        if sign.startSeconds < incident.start.seconds {
            (incident.start, incident.startDate) = moment(sign.startSeconds, observation)
        }
        if sign.endSeconds > incident.end.seconds {
            (incident.end, incident.endDate) = moment(sign.endSeconds, observation)
        }
        for track in sign.tracks where !incident.tracks.contains(track) { incident.tracks.append(track) }
        incident.facts.merge(sign.facts)
        let isNewKind = !incident.kinds.contains(sign.kind)
        if isNewKind {
            incident.kinds.append(sign.kind)
            incident.evidence += sign.evidence
        }
        open[index].incident = incident
        open[index].lastSignSeconds = max(open[index].lastSignSeconds, sign.endSeconds)
        open[index].changed = !isNewKind
        guard isNewKind else { return nil }
        open[index].lastUpdateSeconds = observation.time.seconds
        return .update(incident)
    }

    private func make(_ sign: RuleSign, _ observation: SceneObservation, _ camera: CameraID) -> Incident {
        let (start, startDate) = moment(sign.startSeconds, observation)
        let (end, endDate) = moment(sign.endSeconds, observation)
        return Incident(
            id: makeID(observation.date), camera: camera, kind: sign.kind, severity: sign.severity, start: start,
            end: end,
            confirmed: observation.time, startDate: startDate, endDate: endDate, confirmedDate: observation.date,
            region: sign.region, frameSize: observation.frameSize, facts: sign.facts, evidence: sign.evidence,
            tracks: sign.tracks)
    }

    /// A moment of the current epoch on both clocks.
    private func moment(_ seconds: Double, _ observation: SceneObservation) -> (MediaTime, Date) {
        let time = observation.time.advanced(bySeconds: seconds - observation.time.seconds)
        return (time, observation.date.addingTimeInterval(seconds - observation.time.seconds))
    }
}
