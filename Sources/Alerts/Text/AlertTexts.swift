public import Domain
public import Foundation

/// All that messages say, in the site's language, time and names.
public struct AlertTexts: Sendable {
    public var templates: MessageTemplates
    /// May be empty.
    public var siteName: String
    public var timeZone: TimeZone
    /// Names as people call the cameras; one that is missing here is called by its id.
    public var cameraNames: [CameraID: String]

    public init(
        templates: MessageTemplates = .english, siteName: String = "", timeZone: TimeZone,
        cameraNames: [CameraID: String] = [:]
    ) {
        self.templates = templates
        self.siteName = siteName
        self.timeZone = timeZone
        self.cameraNames = cameraNames
    }

    private var incidents: IncidentText { IncidentText(templates) }
    private var shortSite: String { ShortNames(limit: 40).shortened(siteName) }

    private func name(_ camera: CameraID) -> String { cameraNames[camera] ?? camera.rawValue }

    private func time(_ date: Date) -> String { LocalTimeOfDay.text(date, timeZone) }

    /// The incident in one sentence or two.
    public func incident(_ incident: Incident, link: URL? = nil) -> String {
        incidents.text(incident, cameraName: name(incident.camera), link: link, timeZone: timeZone)
    }

    /// That nobody has acknowledged it.
    public func escalation(_ incident: Incident, link: URL?) -> String {
        let text = self.incident(incident)
        let words = templates.text("escalation", ["text": text]) ?? text
        return link.map { words + " " + $0.absoluteString } ?? words
    }

    /// Many incidents in one message: how many, since when, of which kinds where. `link` opens the newest.
    public func summary(_ incidents: [Incident], link: URL?) -> String {
        struct Group: Hashable {
            var kind: IncidentKind
            var camera: CameraID
        }
        var groups: [Group] = []
        var counts: [Group: (count: Int, what: String)] = [:]
        for incident in incidents {
            let group = Group(kind: incident.kind, camera: incident.camera)
            if counts[group] == nil { groups.append(group) }
            counts[group] = ((counts[group]?.count ?? 0) + 1, self.incidents.headline(incident))
        }
        let parts = groups.compactMap { group in
            counts[group].flatMap { count, what in
                templates.text(
                    "summary.part",
                    [
                        "count": "\(count)", "what": what,
                        "camera": ShortNames(limit: 20).shortened(name(group.camera)),
                    ])
            }
        }
        let shown = parts.prefix(4).joined(separator: ", ") + (parts.count > 4 ? ", ..." : "")
        let since = incidents.map(\.startDate).min().map(time) ?? ""
        let text =
            templates.text("summary", ["count": "\(incidents.count)", "since": since, "kinds": shown])
            ?? "\(incidents.count)"
        return link.map { text + " " + $0.absoluteString } ?? text
    }

    /// What is wrong with the installation.
    public func notice(_ notice: OperationalNotice, at now: Date) -> String {
        templates.text("notice.\(notice.kind)", fields(notice, now)) ?? notice.key
    }

    /// That it is right again.
    public func cleared(_ notice: OperationalNotice, at now: Date) -> String {
        var fields = fields(notice, now)
        fields["time"] = time(now)
        return templates.text("cleared.\(notice.kind)", fields) ?? notice.key
    }

    /// A person tries a channel.
    public func trial(channel: String, at now: Date) -> String {
        templates.text("try", ["site": shortSite, "channel": channel, "time": time(now)]) ?? channel
    }

    /// The daily sign of life.
    /// - Parameter problems: Texts of what is wrong; empty when all is well.
    public func allWell(online: Int, cameras: Int, incidents: Int, problems: [String], at now: Date) -> String {
        let fields = [
            "site": shortSite, "time": LocalTimeOfDay.text(now, timeZone, seconds: false), "online": "\(online)",
            "cameras": "\(cameras)", "incidents": "\(incidents)", "problems": problems.joined(separator: " "),
        ]
        let isWell = problems.isEmpty && online == cameras
        return (templates.text(isWell ? "all_well" : "not_all_well", fields) ?? "")
            .trimmingCharacters(in: .whitespaces)
    }

    /// A few words for subjects and titles.
    public func subject(_ message: OutboxMessage, _ incident: Incident?) -> String {
        let what: String
        switch message.alert.purpose {
        case .test: what = templates.text("subject.test") ?? "Test"
        case .incident, .update, .end, .escalation: what = incident.map(incidents.headline) ?? "Aislewatch"
        case .summary, .notice, .cleared, .allWell:
            let text = AlertDelivery(message: message).textWithoutLink
            what = text.count > 70 ? text.prefix(68) + ".." : text
        }
        let isNamed = what.contains(shortSite) && !shortSite.isEmpty
        return templates.text("subject", ["site": isNamed ? "" : shortSite, "what": what]) ?? what
    }

    public var buttonText: String { templates.text("button") ?? "" }

    private func fields(_ notice: OperationalNotice, _ now: Date) -> [String: String] {
        var fields = ["time": time(now)]
        fields["camera"] = notice.camera.map { ShortNames(limit: 40).shortened(name($0)) }
        switch notice {
        case .cameraOffline(_, let since), .pictureFrozen(_, let since): fields["time"] = time(since)
        case .analysisDegraded(_, let fraction): fields["percent"] = Self.whole(fraction * 100)
        case .diskForecast(_, let hours): fields["hours"] = Self.whole(max(1, hours))
        case .diskLow(_, let bytes): fields["megabytes"] = "\(bytes >> 20)"
        case .recordingStopped: break
        case .storageGone(_, let reason): fields["reason"] = reason
        case .storageFallback(_, let fallback): fields["fallback"] = fallback
        case .outboxStuck(let channel, let waiting, let since):
            fields["channel"] = channel
            fields["count"] = "\(waiting)"
            fields["time"] = time(since)
        case .other(_, _, let text): fields["text"] = text
        }
        return fields
    }

    /// A measured value without its fraction. A measurement may be no number, or have no end: that must stop no message.
    private static func whole(_ value: Double) -> String {
        value.isFinite ? String(format: "%.0f", min(max(value.rounded(), -1e15), 1e15)) : "?"
    }
}

/// Times of day as texts tell them, in the site's zone: `14:02:31`.
enum LocalTimeOfDay {
    static func text(_ date: Date, _ timeZone: TimeZone, seconds: Bool = true) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents([.hour, .minute, .second], from: date)
        let hours = String(format: "%02d:%02d", parts.hour ?? 0, parts.minute ?? 0)
        return seconds ? hours + String(format: ":%02d", parts.second ?? 0) : hours
    }
}
