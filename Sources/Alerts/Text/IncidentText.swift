public import Domain
public import Foundation

/// The sentence that people get: what, where, when, how big or how far, and the link.
///
/// The words are the templates'. It says only what the facts hold: metres only where the camera has a scale, "from rack"
/// only where the object came from a zone of that kind, and always "Object", because nothing here knows what it is. The
/// characters are those of GSM-7 where the names allow it, and the text before the link is kept within one SMS (160
/// places) by shortening long names.
public struct IncidentText: Sendable {
    private let templates: MessageTemplates

    public init(_ templates: MessageTemplates = .english) { self.templates = templates }

    /// For example "Object fell from rack, Aisle 4 cam, 14:02:31. Dropped about 2.1 m, lies in the walkway. https://…".
    /// - Parameters:
    ///   - cameraName: As people call it.
    ///   - link: The page about the incident; nil leaves it out.
    ///   - timeZone: Of the site; the time of day is that of the incident's start.
    public func text(_ incident: Incident, cameraName: String, link: URL?, timeZone: TimeZone) -> String {
        var text = ""
        for limit in [80, 32, 20, 12] {
            let names = ShortNames(limit: limit)
            let sentence =
                templates.text(
                    "sentence",
                    [
                        "what": what(incident, names), "camera": names.shortened(cameraName),
                        "time": LocalTimeOfDay.text(incident.startDate, timeZone),
                    ]) ?? ""
            text = ([sentence] + sentences(incident, names) + quiet(incident, timeZone)).filter { !$0.isEmpty }.joined(
                separator: " ")
            if (GSM7.septets(text) ?? text.utf16.count) <= 160 { break }
        }
        if incident.isDrill { text = templates.text("test", ["text": text]) ?? text }
        guard let link else { return text }
        return text + " " + link.absoluteString
    }

    /// The text in English.
    public static func text(_ incident: Incident, cameraName: String, link: URL?, timeZone: TimeZone) -> String {
        IncidentText().text(incident, cameraName: cameraName, link: link, timeZone: timeZone)
    }

    /// What happened in a few words, for subjects and titles: "Object fell from rack".
    public func headline(_ incident: Incident) -> String {
        let what = what(incident, ShortNames(limit: 32))
        return incident.isDrill ? templates.text("test", ["text": what]) ?? what : what
    }

    /// The link at the end of a text made by ``text(_:cameraName:link:timeZone:)``; nil when it has none.
    public static func link(in text: String) -> URL? {
        guard let last = text.split(separator: " ").last, last.hasPrefix("https://") || last.hasPrefix("http://") else {
            return nil
        }
        return URL(string: String(last))
    }

    private func what(_ incident: Incident, _ names: ShortNames) -> String {
        // A kind that no template knows is told by its own name rather than not at all.
        templates.text("what.\(incident.kind.rawValue)", fields(incident, names))
            ?? Self.words(incident.kind.rawValue)
    }

    private func sentences(_ incident: Incident, _ names: ShortNames) -> [String] {
        let measured = templates.list("details.\(incident.kind.rawValue)", fields(incident, names))
        return [measured].compactMap { $0 }.map { Self.capitalized($0) + "." }
            + incident.kinds.dropFirst().map { kind in
                templates.text("also.\(kind.rawValue)") ?? Self.words(kind.rawValue) + "."
            }.filter { !$0.isEmpty }
    }

    /// That the rule's budget is used up, where it is.
    private func quiet(_ incident: Incident, _ timeZone: TimeZone) -> [String] {
        guard incident.alerting == .summary, let until = incident.quietUntilDate else { return [] }
        let time = LocalTimeOfDay.text(until, timeZone, seconds: false)
        return [templates.text("quiet", ["until": time])].compactMap { $0 }
    }

    // MARK: - Fields

    /// All that templates about an incident can name; what is unknown is missing.
    private func fields(_ incident: Incident, _ names: ShortNames) -> [String: String] {
        let facts = incident.facts
        var fields: [String: String] = [:]
        fields["origin"] = origin(facts, names)
        fields["place"] = place(facts, names)
        fields["drop"] = drop(incident)
        fields["area"] = area(incident)
        fields["so_far"] = incident.phase == .ongoing ? templates.text("so_far") : nil
        fields["stood"] = facts.stoodSeconds.flatMap(number)
        fields["object"] = object(facts, names)
        fields["change"] = templates.text("change.\((facts.condition ?? .moves).rawValue)")
        fields["zone"] = facts.zoneName.map(names.shortened)
        fields["from_zone"] = facts.fromZoneName.map(names.shortened)
        fields["reason"] = facts.reason.map(names.shortened)
        fields["by"] = facts.triggeredBy.map(names.shortened)
        let rule = incident.ruleName.map { names.shortened($0) }
        fields["rule"] = rule
        fields["tampering"] = rule ?? templates.text("tampering.unknown")
        fields["combination"] = rule ?? templates.text("combination.unnamed")
        fields["parts"] = facts.parts.map(String.init)
        return fields
    }

    private func origin(_ facts: IncidentFacts, _ names: ShortNames) -> String? {
        guard facts.fromZoneKind == .rack else { return nil }
        let name = names.shortened(facts.fromZoneName ?? "")
        let rack = (templates.text("word.rack") ?? "rack").lowercased()
        if name.isEmpty || [rack, "rack"].contains(name.lowercased()) { return templates.text("origin.rack") }
        let key = name.lowercased().contains(rack) ? "origin.named" : "origin.rack_named"
        return templates.text(key, ["name": name])
    }

    private func object(_ facts: IncidentFacts, _ names: ShortNames) -> String? {
        let name = names.shortened(facts.objectName ?? "")
        return name.isEmpty ? templates.text("object.unnamed") : templates.text("object.named", ["name": name])
    }

    private func drop(_ incident: Incident) -> String? {
        if let metres = incident.facts.dropMetres { return unit("metres", number(metres)) }
        guard let pixels = incident.facts.dropPixels, incident.frameSize.height > 0 else { return nil }
        return unit("picture_height", percent(pixels / Double(incident.frameSize.height)))
    }

    private func area(_ incident: Incident) -> String? {
        if let squareMetres = incident.facts.areaSquareMetres { return unit("square_metres", number(squareMetres)) }
        return unit("picture", incident.facts.areaFraction.flatMap(percent))
    }

    private func unit(_ name: String, _ number: String?) -> String? {
        number.flatMap { templates.text("unit.\(name)", ["n": $0]) }
    }

    /// "in the walkway", "in Walkway 2", "on the floor", …; nil when unknown.
    private func place(_ facts: IncidentFacts, _ names: ShortNames) -> String? {
        guard facts.zoneKind != .ignore else { return nil }
        let name = names.shortened(facts.zoneName ?? "")
        let isPlain = name.isEmpty || name.lowercased() == facts.zoneKind?.rawValue
        guard isPlain else { return templates.text("place.named", ["name": name]) }
        return facts.zoneKind.flatMap { templates.text("place.\($0.rawValue)") }
    }

    /// Two significant digits below ten, whole numbers from there; nil when there is nothing to say.
    private func number(_ value: Double) -> String? {
        guard value.isFinite, value >= 0.01 else { return nil }
        let text = String(format: value >= 9.95 ? "%.0f" : value >= 0.095 ? "%.1f" : "%.2f", value)
        return text.replacingOccurrences(of: ".", with: templates.text("decimal") ?? ".")
    }

    private func percent(_ fraction: Double) -> String? {
        guard fraction.isFinite, fraction > 0 else { return nil }
        let percent = fraction * 100
        return percent < 1 ? number(percent) : String(format: "%.0f", percent)
    }

    private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    /// `near_miss` as "Near miss".
    private static func words(_ name: String) -> String {
        capitalized(name.replacingOccurrences(of: "_", with: " "))
    }
}

/// Names of cameras and zones, as a text can hold them.
struct ShortNames {
    var limit: Int

    func shortened(_ name: String) -> String {
        let folded = GSM7.folded(name).split(separator: " ").joined(separator: " ")
        guard folded.count > limit else { return folded }
        return folded.prefix(limit - 2).trimmingCharacters(in: .whitespaces) + ".."
    }
}
