import Domain

/// A step in the life of an incident that `watch` saw.
public struct WatchEvent: Sendable {
    public var event: IncidentEvent
    /// The clips' paths below the clip folder.
    public var clips: [String]
    /// What an alert about it would say.
    public var text: String
}

extension WatchEvent: Encodable {
    private enum Keys: String, CodingKey { case type, incident }

    private enum IncidentKeys: String, CodingKey {
        case id, camera, kind, kinds, region, clips, text
        case startSeconds = "start_s"
        case endSeconds = "end_s"
        case confirmedSeconds = "confirmed_s"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(event.type, forKey: .type)
        let incident = event.incident
        var fields = container.nestedContainer(keyedBy: IncidentKeys.self, forKey: .incident)
        try fields.encode(incident.id.rawValue, forKey: .id)
        try fields.encode(incident.camera.rawValue, forKey: .camera)
        try fields.encode(incident.kind, forKey: .kind)
        try fields.encode(incident.kinds, forKey: .kinds)
        try fields.encode(incident.start.seconds, forKey: .startSeconds)
        try fields.encode(incident.end.seconds, forKey: .endSeconds)
        try fields.encode(incident.confirmed.seconds, forKey: .confirmedSeconds)
        try fields.encode(incident.region, forKey: .region)
        try fields.encode(clips, forKey: .clips)
        try fields.encode(text, forKey: .text)
    }
}
