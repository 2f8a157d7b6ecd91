public import Domain
public import Foundation
public import Storage

/// Brings an incident's step into the database together with the messages about it.
public struct IncidentAnnouncer: Sendable {
    public var router: AlertRouter
    public var texts: AlertTexts
    /// Where the pages are reached from outside; nil means that texts carry no link.
    public var publicBaseURL: URL?
    /// How long a link opens its page.
    public var linkLifetimeSeconds: Double
    private let store: Store
    private let clock: any WallClock

    public init(
        store: Store, router: AlertRouter, publicBaseURL: URL?, texts: AlertTexts,
        linkLifetimeSeconds: Double = 30 * 86_400, clock: any WallClock
    ) {
        self.store = store
        self.router = router
        self.publicBaseURL = publicBaseURL
        self.texts = texts
        self.linkLifetimeSeconds = linkLifetimeSeconds
        self.clock = clock
    }

    public init(
        store: Store, router: AlertRouter, publicBaseURL: URL?, timeZone: TimeZone, cameraNames: [CameraID: String],
        linkLifetimeSeconds: Double = 30 * 86_400, clock: any WallClock
    ) {
        self.init(
            store: store, router: router, publicBaseURL: publicBaseURL,
            texts: AlertTexts(timeZone: timeZone, cameraNames: cameraNames), linkLifetimeSeconds: linkLifetimeSeconds,
            clock: clock)
    }

    /// One transaction: the incident, and what the router decides to send about it. May wait for the disk.
    @discardableResult
    public func commit(_ event: IncidentEvent) throws -> CommitResult {
        let now = clock.now(), incident = event.incident, texts = texts
        var link: LinkToken?
        if case .new = event, publicBaseURL != nil, !router.destinations.isEmpty {
            link = try store.makeLink(expiresAt: now + linkLifetimeSeconds)
        }
        let url = link.flatMap { link in publicBaseURL?.appending(path: "i").appending(path: link.token) }
        let words = AlertWords(
            incident: texts.incident(incident, link: url),
            escalation: { texts.escalation(incident, link: url) },
            summary: { texts.summary($0, link: url) },
            document: { before, isSnoozed in
                IncidentDocument.text(
                    event, before: before, isSnoozed: isSnoozed, link: url, words: { texts.incident($0) })
            })
        return try store.commit(event, link: link) { try router.plan(event, words: words, history: $0, now: now) }
    }

    /// The incident in one sentence or two, as messages, pages and sidecars tell it.
    public func text(_ incident: Incident, link: URL? = nil) -> String { texts.incident(incident, link: link) }
}
