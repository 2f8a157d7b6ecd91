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
        if publicBaseURL != nil {
            if case .new = event, !router.destinations.isEmpty {
                link = try store.blocking.makeLink(expiresAt: now + linkLifetimeSeconds)
            } else if router.destinations.contains(where: \.followsIncidents) {
                // Programs show the latest step: its link is the first one's.
                link = try store.blocking.link(of: incident.id)
            }
        }
        let url = link.flatMap { link in publicBaseURL?.appending(path: "i").appending(path: link.token) }
        let words = AlertWords(
            incident: texts.incident(incident, link: url),
            escalation: { texts.escalation(incident, unless: $0, link: url) },
            summary: { texts.summary($0, link: url) },
            document: { before, isSnoozed in
                IncidentDocument.text(
                    event, before: before, isSnoozed: isSnoozed, link: url, words: { texts.incident($0) })
            })
        return try store.blocking.commit(event, link: link) {
            try router.plan(event, words: words, history: $0, now: now)
        }
    }

    /// The incident in one sentence or two, as messages, pages and sidecars tell it.
    public func text(_ incident: Incident, link: URL? = nil) -> String { texts.incident(incident, link: link) }

    /// The same in another language, without the site's own words: what pages in that language show.
    public func text(_ incident: Incident, in templates: MessageTemplates) -> String {
        var texts = texts
        texts.templates = templates
        return texts.incident(incident)
    }
}

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
                phase: incident.phase.rawValue, start: UTCText.string(incident.startDate),
                end: UTCText.string(incident.endDate),
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
}
