import Domain

/// How far a clip is to go; pure.
struct ClipPlan: Sendable {
    /// Of the first frame.
    var start: MediaTime
    private(set) var incidents: [Incident] = []
    /// Set when the camera has reconnected: times before and after can't be compared, what was left to record can.
    private var stopAfterReconnect: MediaTime?
    private let settings: RecordingSettings

    init(start: MediaTime, incident: Incident, settings: RecordingSettings) {
        self.start = start
        self.settings = settings
        incidents = [incident]
    }

    /// The clip's last moment: `postRollSeconds` after the last detection of its incidents; as long as one goes on, the longest
    /// that a clip may be.
    var stop: MediaTime {
        let longest = start.advanced(bySeconds: settings.maxClipSeconds)
        if incidents.contains(where: { $0.phase == .ongoing }) { return longest }
        if let stopAfterReconnect { return min(stopAfterReconnect, longest) }
        let ends = incidents.map { $0.end.epoch == start.epoch ? $0.end : start }
        let last = (ends.max() ?? start).advanced(bySeconds: settings.postRollSeconds)
        return min(last, longest)
    }

    /// Takes a new incident in when its pre-roll touches the clip and what must follow still fits.
    /// - Returns: false when it needs a clip of its own.
    mutating func extend(with incident: Incident) -> Bool {
        guard incident.start.epoch == start.epoch,
            incident.start.advanced(bySeconds: -settings.preRollSeconds) <= stop,
            incident.end.advanced(bySeconds: settings.postRollSeconds)
                <= start.advanced(bySeconds: settings.maxClipSeconds),
            // What began before the clip would lose more than its pre-roll.
            incident.start >= start
        else { return false }
        incidents.append(incident)
        return true
    }

    /// The incidents go on in a file of a later connection, for as long as was left.
    mutating func move(to start: MediaTime, secondsLeft: Double) {
        self.start = start
        stopAfterReconnect = start.advanced(bySeconds: secondsLeft)
    }

    /// News about an incident of this clip.
    /// - Returns: false when it is not of this clip.
    mutating func update(_ incident: Incident) -> Bool {
        guard let index = incidents.firstIndex(where: { $0.id == incident.id }) else { return false }
        incidents[index] = incident
        return true
    }
}
