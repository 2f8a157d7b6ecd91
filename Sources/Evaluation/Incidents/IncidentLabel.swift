import Domain
import Foundation

/// What really happened in a clip: the `NAME.json` beside `NAME.mp4`. Keys that are not needed here are passed over.
public struct IncidentLabel: Hashable, Sendable {
    /// The one incident of a clip.
    public struct Expected: Hashable, Sendable {
        /// As the label spells it; also kinds for which there is no rule.
        public var kind: String
        public var startSeconds: Double
        public var endSeconds: Double
        /// All that it covers, in pixels of `size`.
        public var region: Region
        /// When a person left the place, for objects left or removed.
        public var leftPlaceSeconds: Double?

        public init(
            kind: String, startSeconds: Double, endSeconds: Double, region: Region, leftPlaceSeconds: Double? = nil
        ) {
            self.kind = kind
            self.startSeconds = startSeconds
            self.endSeconds = endSeconds
            self.region = region
            self.leftPlaceSeconds = leftPlaceSeconds
        }
    }

    public var size: FrameSize
    /// Nil where nothing happens.
    public var expected: Expected?
    /// In fractions of the frame.
    public var zones: [Zone]

    public init(size: FrameSize, expected: Expected? = nil, zones: [Zone] = []) {
        self.size = size
        self.expected = expected
        self.zones = zones
    }

    /// - Throws: `IncidentLabelError` that says what is wrong with which file.
    public init(contentsOf file: URL) throws {
        let data: Data
        do { data = try Data(contentsOf: file) } catch {
            throw IncidentLabelError(file: file.path, reason: "can't be read: \(error.localizedDescription)")
        }
        do { self = try Self(json: data) } catch let error as DecodingError {
            throw IncidentLabelError(file: file.path, reason: Self.describe(error))
        } catch let error as IncidentLabelError {
            throw IncidentLabelError(file: file.path, reason: error.reason)
        }
    }

    init(json: Data) throws {
        let raw = try JSONDecoder().decode(Raw.self, from: json)
        guard raw.size.width > 0, raw.size.height > 0 else {
            throw IncidentLabelError(file: "", reason: "size must be [width, height], both > 0")
        }
        size = raw.size
        zones = (raw.zones ?? []).map { zone in
            Zone(
                name: zone.name, kind: zone.kind,
                polygon: zone.polygon.scaled(x: 1 / Double(raw.size.width), y: 1 / Double(raw.size.height)))
        }
        guard raw.incident.kind != "none" else { return }
        guard let start = raw.incident.start_s, let end = raw.incident.end_s, let region = raw.incident.region else {
            throw IncidentLabelError(
                file: "", reason: "an incident of kind \(raw.incident.kind) needs start_s, end_s and region")
        }
        guard end >= start else { throw IncidentLabelError(file: "", reason: "end_s lies before start_s") }
        expected = Expected(
            kind: raw.incident.kind, startSeconds: start, endSeconds: end, region: region,
            leftPlaceSeconds: raw.incident.left_place_s)
    }

    private static func describe(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context, _ key: String? = nil) -> String {
            (context.codingPath.map(\.stringValue) + (key.map { [$0] } ?? [])).joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(path(context, key.stringValue)) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "\(path(context)) has a wrong type"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "is not JSON" : "\(path(context)): \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }

    /// The file's own form.
    private struct Raw: Decodable {
        struct Incident: Decodable {
            var kind: String
            var start_s: Double?
            var end_s: Double?
            var region: Region?
            var left_place_s: Double?
        }
        struct LabelledZone: Decodable {
            var name: String
            var kind: Zone.Kind
            var polygon: Polygon
        }
        var size: FrameSize
        var incident: Incident
        var zones: [LabelledZone]?
    }
}

/// A label file that can't be used.
public struct IncidentLabelError: Error, Hashable, Sendable, CustomStringConvertible {
    public var file: String
    public var reason: String

    public var description: String { "\(file): \(reason)" }
}
