public import Domain
public import Foundation
public import Storage

/// Brings an incident's step into the database together with the messages about it.
public struct IncidentAnnouncer: Sendable {
    public var router: AlertRouter
    /// Where the pages are reached from outside; nil means that texts carry no link.
    public var publicBaseURL: URL?
    public var timeZone: TimeZone
    /// Names as people call the cameras; one that is missing here is called by its id.
    public var cameraNames: [CameraID: String]
    /// How long a link opens its page.
    public var linkLifetimeSeconds: Double
    private let store: Store
    private let clock: any WallClock

    public init(
        store: Store, router: AlertRouter, publicBaseURL: URL?, timeZone: TimeZone, cameraNames: [CameraID: String],
        linkLifetimeSeconds: Double = 30 * 86_400, clock: any WallClock
    ) {
        self.store = store
        self.router = router
        self.publicBaseURL = publicBaseURL
        self.timeZone = timeZone
        self.cameraNames = cameraNames
        self.linkLifetimeSeconds = linkLifetimeSeconds
        self.clock = clock
    }

    /// One transaction: the incident, and what the router decides to send about it. May wait for the disk.
    @discardableResult
    public func commit(_ event: IncidentEvent) throws -> CommitResult {
        let now = clock.now()
        guard case .new(let incident) = event, let publicBaseURL, !router.destinations.isEmpty else {
            let text = text(event.incident, link: nil)
            return try store.commit(event) { try router.plan(event, text: text, history: $0, now: now) }
        }
        let link = try store.makeLink(expiresAt: now + linkLifetimeSeconds)
        let text = text(incident, link: publicBaseURL.appending(path: "i").appending(path: link.token))
        return try store.commit(event, link: link) { try router.plan(event, text: text, history: $0, now: now) }
    }

    /// The incident in one sentence or two, as messages, pages and sidecars tell it.
    public func text(_ incident: Incident, link: URL? = nil) -> String {
        let name = cameraNames[incident.camera] ?? incident.camera.rawValue
        return IncidentText.text(incident, cameraName: name, link: link, timeZone: timeZone)
    }
}
