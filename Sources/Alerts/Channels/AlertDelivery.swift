public import Domain
public import Foundation

/// A message with what a channel may want to know besides its text.
public struct AlertDelivery: Sendable {
    public var message: OutboxMessage
    /// Nil for messages about the installation.
    public var incident: Incident?
    /// A few words for subjects and titles; one line.
    public var subject: String
    /// What stands on a button that opens the link.
    public var buttonText: String
    private let pictures: (any PictureSource)?

    public init(
        message: OutboxMessage, incident: Incident? = nil, subject: String = "Aislewatch",
        buttonText: String = "Look at the recording", pictures: (any PictureSource)? = nil
    ) {
        self.message = message
        self.incident = incident
        self.subject = subject
        self.buttonText = buttonText
        self.pictures = pictures
    }

    /// The page about the incident; nil when the text has no link.
    public var link: URL? { IncidentText.link(in: message.alert.text) }

    /// The text without the link at its end.
    public var textWithoutLink: String {
        guard let link else { return message.alert.text }
        return String(message.alert.text.dropLast(link.absoluteString.count)).trimmingCharacters(in: .whitespaces)
    }

    /// A JPEG of the incident of at most so many bytes; nil when there is none.
    public func picture(maximumBytes: Int) async -> Data? {
        guard let incident = message.incident, let pictures else { return nil }
        return await pictures.picture(of: incident, maximumBytes: maximumBytes)
    }

    /// How urgent it is, where a service distinguishes.
    var severity: Severity {
        switch message.alert.purpose {
        case .allWell, .test, .cleared: .low
        case .escalation, .notice: .high
        case .incident, .update, .end, .summary: incident?.severity ?? .medium
        }
    }
}
