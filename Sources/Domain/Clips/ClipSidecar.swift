import Foundation

/// The `.json` beside a clip: what was seen in it, readable without the database.
public struct ClipSidecar: Hashable, Sendable, Codable {
    public static let currentVersion = 1

    public var version: Int
    public var clip: ClipID
    public var camera: CameraID
    /// Time of day of the clip's first frame.
    public var startDate: Date
    public var durationSeconds: Double
    public var frameSize: FrameSize
    public var zones: [Zone]
    public var incidents: [Incident]
    /// The text of each incident, in the order of `incidents`.
    public var texts: [String]
    /// Tracks on the clip's time: `seconds` counts from its first frame.
    public var tracks: [Track]

    public init(
        clip: ClipID, camera: CameraID, startDate: Date, durationSeconds: Double, frameSize: FrameSize, zones: [Zone],
        incidents: [Incident], texts: [String], tracks: [Track]
    ) {
        version = Self.currentVersion
        self.clip = clip
        self.camera = camera
        self.startDate = startDate
        self.durationSeconds = durationSeconds
        self.frameSize = frameSize
        self.zones = zones
        self.incidents = incidents
        self.texts = texts
        self.tracks = tracks
    }
}

extension ClipSidecar {
    /// The file's content: keys in order, so that two sidecars can be compared line by line.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(UTCText.string(date))
        }
        return try encoder.encode(self)
    }

    /// Reads a file's content.
    /// - Throws: `DecodingError`.
    public init(json: Data) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = UTCText.anyDate(text) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "\"\(text)\" is no date in the form 2026-05-28T12:02:31.480Z")
            }
            return date
        }
        self = try decoder.decode(ClipSidecar.self, from: json)
    }
}
