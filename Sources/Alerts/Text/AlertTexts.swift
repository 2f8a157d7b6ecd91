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

    /// That it has not got so far.
    public func escalation(
        _ incident: Incident, unless milestone: IncidentHandling.Milestone = .acknowledged, link: URL?
    ) -> String {
        let text = self.incident(incident)
        let key = milestone == .acknowledged ? "escalation" : "escalation.\(milestone.rawValue)"
        let words = templates.text(key, ["text": text]) ?? text
        return link.map { words + " " + $0.absoluteString } ?? words
    }

    /// Many incidents in one message: how many, since when, of which kinds where; and recordings that somebody asked for,
    /// which count apart. At most two SMS long, as far as the link allows: of more kinds than fit only the number is told.
    /// - Parameter link: Opens the newest.
    public func summary(_ incidents: [Incident], link: URL?) -> String {
        let happened = incidents.filter { $0.kind != .manual }, requests = incidents.count - happened.count
        let since = incidents.map(\.startDate).min().map(time) ?? ""
        var sentences: [String?] = []
        if requests > 0 {
            let fields = ["count": "\(requests)", "since": happened.isEmpty ? since : ""]
            sentences.append(templates.text("summary.requested", fields))
        }
        sentences.append(link?.absoluteString)
        let rest = sentences.compactMap(\.self).joined(separator: " ")
        guard !happened.isEmpty else { return rest }
        let groups = Self.groups(happened)
        var text = ""
        // The names get shorter before a kind is left out.
        for (shown, nameLength) in [(4, 20), (4, 10)] + (0..<4).reversed().map({ ($0, 10) }) {
            let key = happened.count == 1 ? "summary.one" : "summary"
            let fields = [
                "count": "\(happened.count)", "since": since,
                "kinds": kinds(groups, shown: shown, ShortNames(limit: nameLength)),
            ]
            text = [templates.text(key, fields) ?? "\(happened.count)", rest].filter { !$0.isEmpty }
                .joined(separator: " ")
            if GSM7.segments(GSM7.folded(text)) <= 2 { break }
        }
        return text
    }

    private struct Group: Hashable {
        var kind: IncidentKind
        var camera: CameraID
    }

    /// The most frequent first; of the same number the one that came first.
    private static func groups(_ incidents: [Incident]) -> [(group: Group, incidents: [Incident])] {
        let all = Dictionary(grouping: incidents) { Group(kind: $0.kind, camera: $0.camera) }
        var order: [Group] = []
        for incident in incidents {
            let group = Group(kind: incident.kind, camera: incident.camera)
            if !order.contains(group) { order.append(group) }
        }
        let ranked = order.enumerated().sorted {
            (-(all[$0.element]?.count ?? 0), $0.offset) < (-(all[$1.element]?.count ?? 0), $1.offset)
        }
        return ranked.map { ($0.element, all[$0.element] ?? []) }
    }

    /// "2 x Object fell (Dock), 1 x Liquid spreading on the floor (aisle-4), 3 more"
    private func kinds(
        _ groups: [(group: Group, incidents: [Incident])], shown: Int, _ names: ShortNames
    ) -> String {
        var parts = groups.prefix(shown).compactMap { group, incidents in
            templates.text(
                "summary.part",
                [
                    "count": "\(incidents.count)", "what": headline(of: incidents),
                    "camera": names.shortened(name(group.camera)),
                ])
        }
        let others = groups.dropFirst(shown).reduce(0) { $0 + $1.incidents.count }
        if others > 0, !parts.isEmpty {
            parts += [templates.text("summary.others", ["count": "\(others)"])].compactMap(\.self)
        }
        return parts.joined(separator: ", ")
    }

    /// What can be said of all of them, which are of one kind.
    private func headline(of incidents: [Incident]) -> String {
        let texts = Set(incidents.map(self.incidents.headline))
        if texts.count == 1, let text = texts.first { return text }
        guard var plain = incidents.first else { return "" }
        plain.facts = IncidentFacts()
        return self.incidents.headline(plain)
    }

    /// What is said back to an answer that was none, or can't be taken.
    /// - Parameter key: Below `answer.`
    func answer(_ key: String, _ incident: Incident? = nil) -> String {
        templates.text("answer.\(key)", ["text": incident.map { self.incident($0) } ?? ""]) ?? key
    }

    /// What is said back to an answer: what came of it, and of which incident.
    /// - Parameter said: Nil: it was no answer, and is kept as a comment.
    func answer(_ outcome: IncidentHandling.Outcome, _ said: IncidentAnswer?, _ incident: Incident) -> String {
        var fields = ["text": self.incident(incident)]
        func add(_ standing: IncidentHandling.Standing?) {
            guard let standing else { return }
            fields["who"] = standing.by == "link" ? templates.text("answer.somebody") ?? "" : standing.by
            fields["time"] = LocalTimeOfDay.text(standing.at, timeZone, seconds: false)
            fields["state"] = templates.text("state.\(standing.state.rawValue)")
        }
        let key: String
        switch outcome {
        case .changed: key = said?.word ?? "comment"
        case .joined(let standing):
            key = "joined"
            add(standing)
        case .already(let standing):
            key = "already"
            add(standing)
        case .refused(let standing):
            key = "refused"
            add(standing)
        }
        return templates.text("answer.\(key)", fields) ?? key
    }

    /// What stands on a button with this answer.
    func button(_ answer: IncidentAnswer) -> String { templates.text("button.\(answer.word)") ?? answer.word }

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
        case .summary, .notice, .cleared, .allWell, .reply:
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
        case .analysisOverloaded(let cameras, let fraction):
            fields["percent"] = Self.whole(fraction * 100)
            fields["cameras"] = cameras.count > 1 ? "\(cameras.count)" : nil
            let names = cameras.prefix(3).map { ShortNames(limit: 20).shortened(name($0)) }
            fields["camera"] = names.joined(separator: ", ") + (cameras.count > 3 ? ", .." : "")
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
