import Domain
import Media

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

/// How the input of a `watch` was, known at its end.
public struct WatchEnd: Sendable {
    /// All that were looked at or could have been, but for damage.
    public var frames: Int
    /// Those that were not judged, because what they show was not there.
    public var damagedFrames: Int
    /// On average; nil with fewer than two frames.
    public var framesPerSecond: Double?
    /// nil for a file that is whole, and for streams.
    public var fileBreak: FileBreak?

    /// A fall of two metres lasts 0.64 s: with fewer frames than this a second it shows in one or two, or in none.
    public static let leastFramesPerSecond = 3.0

    /// Whether falls and the like could not be seen.
    public var isTooSlowForFalls: Bool { framesPerSecond.map { $0 < Self.leastFramesPerSecond } ?? false }
}
