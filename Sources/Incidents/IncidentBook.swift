import Domain
import Foundation

/// The open incidents of one camera: makes them from detections, merges detections of one physical event, and ends them.
struct IncidentBook: Sendable {
    private struct Open: Sendable {
        var incident: Incident
        /// Seconds of the last detection, for the end and for merging.
        var lastDetectionSeconds: Double
        var lastUpdateSeconds: Double
        var changed = false
    }

    /// Updates of one incident come at most this often; a new kind is announced at once.
    private static let updateSeconds = 2.0

    private let rules: RuleSettings
    private let settings: MergeSettings
    private let spillEndAfterSeconds: Double
    private let makeID: @Sendable (Date) -> IncidentID
    private var open: [Open] = []
    private var budget = AlarmBudget()

    init(settings: RuleSettings, makeID: @escaping @Sendable (Date) -> IncidentID) {
        rules = settings
        self.settings = settings.merge
        spillEndAfterSeconds = settings.spill.endAfterSeconds
        self.makeID = makeID
    }

    /// Whether nothing goes on.
    var isEmpty: Bool { open.isEmpty }

    mutating func recallAlarm(_ key: AlarmBudget.Key, at date: Date) { budget.recall(key, at: date) }

    /// Takes what the rules saw in one frame.
    mutating func absorb(_ detections: [Detection], _ observation: SceneObservation, camera: CameraID)
        -> [IncidentEvent]
    {
        var events: [IncidentEvent] = []
        for detection in detections {
            let homes = open.indices.filter { belongs(detection, to: open[$0], observation) }
            if let index = homes.first {
                let event = merge(detection, into: index, observation)
                if homes.count > 1 {
                    events += join(Array(homes.dropFirst()), into: index)
                } else if let event {
                    events.append(event)
                }
                continue
            }
            var incident = make(detection, observation, camera)
            (incident.alerting, incident.quietUntilDate) = budget.spend(
                key(detection), limit: limit(detection), at: observation.date)
            open.append(
                Open(
                    incident: incident, lastDetectionSeconds: detection.endSeconds,
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
                entry.incident.kinds.contains(.spill) ? spillEndAfterSeconds : settings.maxGapSeconds
            if now - max(entry.lastDetectionSeconds, entry.incident.confirmed.seconds) > quiet {
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

    private func key(_ detection: Detection) -> AlarmBudget.Key {
        AlarmBudget.Key(kind: detection.kind, ruleName: detection.ruleName)
    }

    private func limit(_ detection: Detection) -> Int {
        rules.policy(of: detection.kind, name: detection.ruleName).alarmsPerHour ?? RulePolicy.usualAlarmsPerHour
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
            open[index].lastDetectionSeconds = max(open[index].lastDetectionSeconds, open[other].lastDetectionSeconds)
            ended.phase = .ended
            ended.mergedInto = incident.id
            events.append(.end(ended))
        }
        for other in others.sorted(by: >) { open.remove(at: other) }
        events.append(.update(open[index].incident))
        return events
    }

    private func belongs(_ detection: Detection, to entry: Open, _ observation: SceneObservation) -> Bool {
        let size = observation.frameSize
        let isSame = entry.incident.kinds.contains(detection.kind) && entry.incident.ruleName == detection.ruleName
        if !isSame {
            guard let family = detection.kind.mergeFamily, family == entry.incident.kind.mergeFamily else {
                return false
            }
            // What would be an alarm must not disappear in an incident of which nobody was alerted.
            if entry.incident.alerting != .alarm,
                budget.hasRoom(key(detection), limit: limit(detection), at: observation.date)
            {
                return false
            }
        }
        if isSame, detection.kind == .cameraTampered { return true }
        if detection.kind == .spill, !Set(detection.tracks).isDisjoint(with: entry.incident.tracks) { return true }
        let incident = entry.incident
        guard detection.startSeconds <= entry.lastDetectionSeconds + settings.maxGapSeconds,
            detection.endSeconds >= incident.start.seconds - settings.maxGapSeconds
        else { return false }
        let reach = Int(clamping: (settings.maxDistancePictureHeights * Double(size.height)).rounded(.up))
        let region = incident.region.scaled(from: incident.frameSize, to: size)
        return !region.expanded(by: reach).intersection(detection.region).isEmpty
    }

    private mutating func merge(_ detection: Detection, into index: Int, _ observation: SceneObservation)
        -> IncidentEvent?
    {
        var incident = open[index].incident
        let size = observation.frameSize
        incident.region = incident.region.scaled(from: incident.frameSize, to: size).union(detection.region)
        incident.frameSize = size
        incident.severity = max(incident.severity, detection.severity)
        if detection.startSeconds < incident.start.seconds {
            (incident.start, incident.startDate) = moment(detection.startSeconds, observation)
        }
        if detection.endSeconds > incident.end.seconds {
            (incident.end, incident.endDate) = moment(detection.endSeconds, observation)
        }
        for track in detection.tracks where !incident.tracks.contains(track) { incident.tracks.append(track) }
        incident.facts.merge(detection.facts)
        let isNewKind = !incident.kinds.contains(detection.kind)
        if isNewKind {
            incident.kinds.append(detection.kind)
            incident.evidence += Self.evidence(detection)
            incident.stage = .growing
        }
        open[index].incident = incident
        open[index].lastDetectionSeconds = max(open[index].lastDetectionSeconds, detection.endSeconds)
        open[index].changed = !isNewKind
        guard isNewKind else { return nil }
        open[index].lastUpdateSeconds = observation.time.seconds
        return .update(incident)
    }

    private func make(_ detection: Detection, _ observation: SceneObservation, _ camera: CameraID) -> Incident {
        let (start, startDate) = moment(detection.startSeconds, observation)
        let (end, endDate) = moment(detection.endSeconds, observation)
        var incident = Incident(
            id: makeID(observation.date), camera: camera, kind: detection.kind, severity: detection.severity,
            start: start,
            end: end,
            confirmed: observation.time, startDate: startDate, endDate: endDate, confirmedDate: observation.date,
            region: detection.region, frameSize: observation.frameSize, facts: detection.facts,
            evidence: Self.evidence(detection), tracks: detection.tracks)
        incident.ruleName = detection.ruleName
        return incident
    }

    private static func evidence(_ detection: Detection) -> [Evidence] {
        detection.evidence.map { evidence in
            var evidence = evidence
            evidence.kind = evidence.kind ?? detection.kind
            return evidence
        }
    }

    /// A moment of the current epoch on both clocks.
    private func moment(_ seconds: Double, _ observation: SceneObservation) -> (MediaTime, Date) {
        let time = observation.time.advanced(bySeconds: seconds - observation.time.seconds)
        return (time, observation.date.addingTimeInterval(seconds - observation.time.seconds))
    }
}

extension IncidentKind {
    /// Kinds that can be one physical event, so that their detections become one incident. Nil: a story of its own, which must
    /// not disappear in another one's: that somebody was there must not hide a fall, nor a fall that somebody lies there.
    var mergeFamily: Int? {
        switch self {
        case .fallingObject, .toppledStack, .spill, .objectLeft, .objectRemoved, .markedObjectMoved: 1
        case .zoneEntry, .lineCrossing, .dwell, .nearMiss, .personDown, .cameraTampered, .combination, .manual: nil
        }
    }
}

extension IncidentFacts {
    /// Takes what `other` knows: the larger of measures, the first of names.
    mutating func merge(_ other: IncidentFacts) {
        dropMetres = Self.larger(dropMetres, other.dropMetres)
        dropPixels = Self.larger(dropPixels, other.dropPixels)
        areaSquareMetres = Self.larger(areaSquareMetres, other.areaSquareMetres)
        areaFraction = Self.larger(areaFraction, other.areaFraction)
        growthSquareMetresPerSecond = Self.larger(growthSquareMetresPerSecond, other.growthSquareMetresPerSecond)
        growthFractionPerSecond = Self.larger(growthFractionPerSecond, other.growthFractionPerSecond)
        stoodSeconds = Self.larger(stoodSeconds, other.stoodSeconds)
        parts = [parts, other.parts].compactMap(\.self).max()
        if objectID == nil { (objectID, objectName, condition) = (other.objectID, other.objectName, other.condition) }
        if zoneName == nil { (zoneName, zoneKind) = (other.zoneName, other.zoneKind) }
        if fromZoneName == nil { (fromZoneName, fromZoneKind) = (other.fromZoneName, other.fromZoneKind) }
    }

    private static func larger(_ a: Double?, _ b: Double?) -> Double? {
        guard let a else { return b }
        guard let b else { return a }
        return max(a, b)
    }
}
