import Domain
import Foundation

/// What a webhook gets: `{"version", "idempotency_key", "text", "link", "incident": {…}}`, dates in UTC, what is
/// unknown left out.
struct WebhookBody: Encodable {
    struct Body: Encodable {
        var id: String
        var camera: String
        var kind: String
        var kinds: [String]
        var severity: String
        var start: String
        var end: String
        var confirmed: String
        /// x, y, width, height in pixels of a picture of `frame_size`.
        var region: Region
        var frame_size: FrameSize
        var drop_metres: Double?
        var area_square_metres: Double?
        var zone: String?
        var from_zone: String?
    }

    var version = 1
    var idempotency_key: String
    var text: String
    var link: String?
    var incident: Body

    init(_ message: OutboxMessage, _ incident: Incident) {
        idempotency_key = message.idempotencyKey
        text = message.alert.text
        link = IncidentText.link(in: message.alert.text)?.absoluteString
        self.incident = Body(
            id: incident.id.rawValue, camera: incident.camera.rawValue, kind: incident.kind.rawValue,
            kinds: incident.kinds.map(\.rawValue), severity: incident.severity.rawValue,
            start: Self.utc(incident.startDate), end: Self.utc(incident.endDate),
            confirmed: Self.utc(incident.confirmedDate), region: incident.region, frame_size: incident.frameSize,
            drop_metres: incident.facts.dropMetres, area_square_metres: incident.facts.areaSquareMetres,
            zone: incident.facts.zoneName, from_zone: incident.facts.fromZoneName)
    }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    private static func utc(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
