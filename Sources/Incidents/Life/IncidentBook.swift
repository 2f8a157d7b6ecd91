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

    private let rules: RuleSettings
    private var settings: MergeSettings { rules.merge }
    private let makeID: @Sendable (Date) -> IncidentID
    private var open: [Open] = []
    private var budget = AlarmBudget()

    init(settings: RuleSettings, makeID: @escaping @Sendable (Date) -> IncidentID) {
        rules = settings
        self.makeID = makeID
    }

    mutating func recallAlarm(_ key: AlarmBudget.Key, at date: Date) { budget.recall(key, at: date) }

    /// Takes what the rules saw in one frame.
    mutating func absorb(_ signs: [RuleSign], _ observation: SceneObservation, camera: CameraID) -> [IncidentEvent] {
        var events: [IncidentEvent] = []
        for sign in signs {
            let homes = open.indices.filter { belongs(sign, to: open[$0], observation) }
            if let index = homes.first {
                let event = merge(sign, into: index, observation)
                if homes.count > 1 {
                    events += join(Array(homes.dropFirst()), into: index)
                } else if let event {
                    events.append(event)
                }
                continue
            }
            var incident = make(sign, observation, camera)
            (incident.alerting, incident.quietUntilDate) = budget.spend(
                key(sign), limit: limit(sign), at: observation.date)
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
            open[index].incident.stage = .growing
            open[index].lastUpdateSeconds = now
            events.append(.update(open[index].incident))
        }
        var kept: [Open] = []
        for var entry in open {
            let quiet =
                entry.incident.kinds.contains(.spill) ? rules.spill.endAfterSeconds : settings.maxGapSeconds
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

    private func key(_ sign: RuleSign) -> AlarmBudget.Key { AlarmBudget.Key(kind: sign.kind, ruleName: sign.ruleName) }

    private func limit(_ sign: RuleSign) -> Int {
        rules.policy(of: sign.kind, name: sign.ruleName).alarmsPerHour ?? RulePolicy.usualAlarmsPerHour
    }

    /// What turned out to be one event becomes one incident: the earliest stays, the others end and lead to it.
    private mutating func join(_ others: [Int], into index: Int) -> [IncidentEvent] {
        var events: [IncidentEvent] = []
        for other in others {
            var ended = open[other].incident
            var incident = open[index].incident
            incident.region = incident.region.union(
                ended.region.scaled(from: ended.frameSize, to: incident.frameSize))
            incident.severity = max(incident.severity, ended.severity)
            if ended.start < incident.start { (incident.start, incident.startDate) = (ended.start, ended.startDate) }
            if ended.end > incident.end { (incident.end, incident.endDate) = (ended.end, ended.endDate) }
            for track in ended.tracks where !incident.tracks.contains(track) { incident.tracks.append(track) }
            for kind in ended.kinds where !incident.kinds.contains(kind) { incident.kinds.append(kind) }
            incident.facts.merge(ended.facts)
            incident.evidence += ended.evidence
            incident.aliases += [ended.id] + ended.aliases
            incident.stage = .growing
            open[index].incident = incident
            open[index].lastSignSeconds = max(open[index].lastSignSeconds, open[other].lastSignSeconds)
            ended.phase = .ended
            ended.mergedInto = incident.id
            events.append(.end(ended))
        }
        for other in others.sorted(by: >) { open.remove(at: other) }
        events.append(.update(open[index].incident))
        return events
    }

    private func belongs(_ sign: RuleSign, to entry: Open, _ observation: SceneObservation) -> Bool {
        let size = observation.frameSize
        let isSame = entry.incident.kinds.contains(sign.kind) && entry.incident.ruleName == sign.ruleName
        if !isSame {
            guard let family = sign.kind.mergeFamily, family == entry.incident.kind.mergeFamily else { return false }
            // What would be an alarm must not disappear in an incident of which nobody was told.
            if entry.incident.alerting != .alarm, budget.hasRoom(key(sign), limit: limit(sign), at: observation.date) {
                return false
            }
        }
        if isSame, sign.kind == .cameraTampered { return true }
        if sign.kind == .spill, !Set(sign.tracks).isDisjoint(with: entry.incident.tracks) { return true }
        let incident = entry.incident
        guard sign.startSeconds <= entry.lastSignSeconds + settings.maxGapSeconds,
            sign.endSeconds >= incident.start.seconds - settings.maxGapSeconds
        else { return false }
        let reach = Int(clamping: (settings.maxDistancePictureHeights * Double(size.height)).rounded(.up))
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
            incident.evidence += Self.evidence(sign)
            incident.stage = .growing
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
        var incident = Incident(
            id: makeID(observation.date), camera: camera, kind: sign.kind, severity: sign.severity, start: start,
            end: end,
            confirmed: observation.time, startDate: startDate, endDate: endDate, confirmedDate: observation.date,
            region: sign.region, frameSize: observation.frameSize, facts: sign.facts,
            evidence: Self.evidence(sign), tracks: sign.tracks)
        incident.ruleName = sign.ruleName
        return incident
    }

    private static func evidence(_ sign: RuleSign) -> [Evidence] {
        sign.evidence.map { evidence in
            var evidence = evidence
            evidence.kind = evidence.kind ?? sign.kind
            return evidence
        }
    }

    /// A moment of the current epoch on both clocks.
    private func moment(_ seconds: Double, _ observation: SceneObservation) -> (MediaTime, Date) {
        let time = observation.time.advanced(bySeconds: seconds - observation.time.seconds)
        return (time, observation.date.addingTimeInterval(seconds - observation.time.seconds))
    }
}
