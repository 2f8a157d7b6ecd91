import Domain
import Foundation

/// An incident's step as programs get it: `{"type":"new|update|end","before":…,"after":…}`.
struct IncidentDocument: Encodable {
    struct Body: Encodable {
        var id: String
        var camera: String
        var kind: String
        var kinds: [String]
        var severity: String
        var phase: String
        /// UTC.
        var start: String
        var end: String
        var region: Region
        var frame_size: FrameSize
        var zone: String?
        var text: String
        var link: String?
        var snoozed: Bool
        /// Only where it is a drill.
        var test: Bool?
    }

    var type: String
    var before: Body?
    var after: Body

    static func text(
        _ event: IncidentEvent, before: Incident?, isSnoozed: Bool, link: URL?, words: (Incident) -> String
    ) -> String {
        func body(_ incident: Incident) -> Body {
            Body(
                id: incident.id.rawValue, camera: incident.camera.rawValue, kind: incident.kind.rawValue,
                kinds: incident.kinds.map(\.rawValue), severity: incident.severity.rawValue,
                phase: incident.phase.rawValue, start: utc(incident.startDate), end: utc(incident.endDate),
                region: incident.region, frame_size: incident.frameSize, zone: incident.facts.zoneName,
                text: words(incident), link: link?.absoluteString, snoozed: isSnoozed,
                test: incident.isDrill ? true : nil)
        }
        let document = IncidentDocument(
            type: event.type, before: before.map(body), after: body(event.incident))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(document) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    private static func utc(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
