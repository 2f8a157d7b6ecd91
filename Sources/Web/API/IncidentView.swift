import Domain
import Foundation

/// An incident as the API shows it. What only details have is nil in lists.
struct IncidentView: Encodable, Sendable {
    struct ClipView: Encodable, Sendable {
        var id: ClipID
        var state: Clip.State
        var start: Date
        var durationSeconds: Double
        var incidentSeconds: Double
        var preRollSeconds: Double
        var bytes: Int64?
        var video: String
        var poster: String?
        var tracks: String?

        init(_ clip: Clip, incident: Incident, hasPoster: Bool, hasTracks: Bool) {
            let path = "\(APIRouter.prefix)/clips/\(clip.id)"
            id = clip.id
            state = clip.state
            start = clip.startDate
            durationSeconds = clip.durationSeconds
            incidentSeconds = max(0, incident.startDate.timeIntervalSince(clip.startDate))
            preRollSeconds = clip.preRollSeconds
            bytes = clip.bytes
            video = path + "/video.mp4"
            poster = hasPoster ? path + "/poster.jpg" : nil
            tracks = hasTracks ? path + "/tracks.json" : nil
        }
    }

    struct AlertView: Encodable, Sendable {
        var channel: String
        var recipient: String
        var state: OutboxMessage.State
        var sentAt: Date?
        var error: String?

        init(_ message: OutboxMessage) {
            channel = message.alert.channel
            let all = message.alert.recipient
            recipient = all.count > 4 ? "…" + all.suffix(4) : all
            state = message.state
            sentAt = message.sentAt
            error = message.lastError
        }
    }

    var id: IncidentID
    var camera: CameraID
    var cameraName: String
    var kind: IncidentKind
    var kinds: [IncidentKind]
    var phase: Incident.Phase
    var severity: Severity
    var start: Date
    var end: Date
    var confirmed: Date
    var region: Region
    var size: FrameSize
    var zone: String?
    var text: String
    var poster: String?
    var review = "none"
    var protected = false
    var acknowledgedBy: String?
    var acknowledgedAt: Date?
    var reviewBy: String?
    var reviewAt: Date?
    var reviewNote: String?
    var why: [Evidence]?
    var tracks: [TrackID]?
    var clips: [ClipView]?
    var alerts: [AlertView]?

    init(_ incident: Incident, cameraName: String, text: String) {
        id = incident.id
        camera = incident.camera
        self.cameraName = cameraName
        kind = incident.kind
        kinds = incident.kinds
        phase = incident.phase
        severity = incident.severity
        start = incident.startDate
        end = incident.endDate
        confirmed = incident.confirmedDate
        region = incident.region
        size = incident.frameSize
        zone = incident.facts.zoneName ?? incident.facts.fromZoneName
        self.text = text
    }
}
