import Domain
import Foundation
import TestSupport

enum Samples {
    /// 14:02:31 in Berlin, 12:02:31 UTC.
    static let start = Date(timeIntervalSince1970: 1_779_969_751)
    static let berlin = zone("Europe/Berlin")
    static let aisle4 = camera("aisle-4")

    static func zone(_ name: String) -> TimeZone {
        guard let zone = TimeZone(identifier: name) else { preconditionFailure("no time zone \(name)") }
        return zone
    }

    static func camera(_ name: String) -> CameraID {
        guard let id = CameraID(rawValue: name) else { preconditionFailure("\(name) is no camera id") }
        return id
    }

    static func incident(
        _ id: String = "01a", kind: IncidentKind = .fallingObject, camera: CameraID = aisle4,
        _ facts: (inout IncidentFacts) -> Void = { _ in }
    ) -> Incident {
        var incident = Incident(
            id: IncidentID(rawValue: id), camera: camera, kind: kind, severity: .high, start: MediaTime(seconds: 10),
            end: MediaTime(seconds: 11), confirmed: MediaTime(seconds: 10.5), startDate: start, endDate: start + 1,
            confirmedDate: start + 0.5, region: Region(x: 10, y: 20, width: 30, height: 40),
            frameSize: FrameSize(width: 1280, height: 720))
        facts(&incident.facts)
        return incident
    }

    static func message(
        channel: String = "sms", recipient: String = "+491700000001",
        text: String = "Object fell. https://a.example/i/tok-1",
        outcomeUnknown: Bool = false
    ) -> OutboxMessage {
        var message = OutboxMessage(
            id: 1, idempotencyKey: "key-1", incident: IncidentID(rawValue: "01a"),
            alert: PlannedAlert(channel: channel, recipient: recipient, text: text), state: .pending, attempts: 0,
            createdAt: start, nextAttemptAt: start)
        message.outcomeUnknown = outcomeUnknown
        return message
    }
}
