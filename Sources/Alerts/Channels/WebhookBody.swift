import Domain
import Foundation

/// What a webhook gets: `{"version", "idempotency_key", "purpose", "text", "link", "incident": {…}}`, dates in UTC, what
/// is unknown left out; messages about the installation have no incident.
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
        /// Only where it is a drill.
        var test: Bool?

        init(_ incident: Incident) {
            id = incident.id.rawValue
            camera = incident.camera.rawValue
            kind = incident.kind.rawValue
            kinds = incident.kinds.map(\.rawValue)
            severity = incident.severity.rawValue
            start = WebhookBody.utc(incident.startDate)
            end = WebhookBody.utc(incident.endDate)
            confirmed = WebhookBody.utc(incident.confirmedDate)
            region = incident.region
            frame_size = incident.frameSize
            drop_metres = incident.facts.dropMetres
            area_square_metres = incident.facts.areaSquareMetres
            zone = incident.facts.zoneName
            from_zone = incident.facts.fromZoneName
            test = incident.isDrill ? true : nil
        }
    }

    var version = 1
    var idempotency_key: String
    /// `incident`, `escalation`, `summary`, `notice`, `cleared`, `all_well` or `test`.
    var purpose: String
    var text: String
    var link: String?
    var incident: Body?

    init(_ message: OutboxMessage, _ incident: Incident?) {
        idempotency_key = message.idempotencyKey
        text = message.alert.text
        link = IncidentText.link(in: message.alert.text)?.absoluteString
        purpose = message.alert.purpose.name
        self.incident = incident.map(Body.init)
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
