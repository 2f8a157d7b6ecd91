import Domain

/// Gathers the announcements of one clip: each kind of each incident once, in the order in which it was announced, with the
/// incident's last known times and region.
struct AnnouncedIncidents {
    private struct Key: Hashable {
        var id: IncidentID
        var kind: IncidentKind
    }

    private var order: [Key] = []
    private var announced: [Key: Double] = [:]
    private var latest: [IncidentID: Incident] = [:]
    private var size = FrameSize(width: 0, height: 0)

    /// - Parameter size: of the pictures in whose pixels the regions are wanted.
    mutating func take(_ event: IncidentEvent, announcedSeconds: Double, size: FrameSize) {
        self.size = size
        latest[event.incident.id] = event.incident
        for kind in event.incident.kinds {
            let key = Key(id: event.incident.id, kind: kind)
            // A kind that came with an incident that was merged into this one was announced then.
            let isKnown = event.incident.aliases.contains { announced[Key(id: $0, kind: kind)] != nil }
            guard announced[key] == nil, !isKnown else { continue }
            announced[key] = announcedSeconds
            order.append(key)
        }
    }

    var detections: [IncidentDetection] {
        order.compactMap { key in
            guard let incident = latest[key.id], let seconds = announced[key] else { return nil }
            return IncidentDetection(
                kind: key.kind.rawValue, startSeconds: incident.start.seconds, endSeconds: incident.end.seconds,
                region: incident.region.scaled(from: incident.frameSize, to: size), announcedSeconds: seconds)
        }
    }
}
