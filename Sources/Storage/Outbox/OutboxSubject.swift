import Crypto
import Domain
import Foundation

/// What a message is about: with channel, recipient and purpose it makes the key that keeps it from being planned twice.
enum OutboxSubject {
    case incident(IncidentID)
    case notice(id: String)
    /// Something that recurs, such as the daily sign of life: its name with the day.
    case other(String)

    var text: String {
        switch self {
        case .incident(let id): id.rawValue
        case .notice(let id): "notice/\(id)"
        case .other(let name): name
        }
    }

    var incident: IncidentID? {
        if case .incident(let id) = self { id } else { nil }
    }

    /// The same for the same subject, channel, recipient and purpose; tells nobody the recipient.
    func idempotencyKey(_ alert: PlannedAlert) -> String {
        var parts = [text, alert.channel, alert.recipient]
        switch alert.purpose {
        case .incident: break
        // A summary begins with this incident; a second one for the same can't be.
        default: parts.append("\(alert.purpose.name)/\(alert.purpose.number)")
        }
        return SHA256.hash(data: Data(parts.joined(separator: "\u{0}").utf8)).prefix(16).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
