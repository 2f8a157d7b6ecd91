public import Domain
public import Foundation

/// The sentence that people get: what, where, when, how big or how far, and the link.
///
/// It says only what the facts hold: metres only where the camera has a scale, "from rack" only where the object came
/// from a zone of that kind, and always "Object", because nothing here knows what it is. The characters are those of
/// GSM-7 where the names allow it, and the text before the link is kept within one SMS (160 places) by shortening long
/// names.
public enum IncidentText {
    /// For example "Object fell from rack, Aisle 4 cam, 14:02:31. Dropped about 2.1 m, lies in the walkway. https://…".
    /// - Parameters:
    ///   - cameraName: As people call it.
    ///   - link: The page about the incident; nil leaves it out.
    ///   - timeZone: Of the site; the time of day is that of the incident's start.
    public static func text(_ incident: Incident, cameraName: String, link: URL?, timeZone: TimeZone) -> String {
        let time = clockTime(incident.startDate, timeZone)
        var text = ""
        for limit in [80, 32, 20, 12] {
            let names = Names(limit: limit)
            let place = names.shortened(cameraName)
            let head = ([what(incident, names), place].filter { !$0.isEmpty } + [time]).joined(separator: ", ") + "."
            text = ([head] + sentences(incident, names)).joined(separator: " ")
            if (GSM7.septets(text) ?? text.utf16.count) <= 160 { break }
        }
        guard let link else { return text }
        return text + " " + link.absoluteString
    }

    /// The link at the end of a text made by ``text(_:cameraName:link:timeZone:)``; nil when it has none.
    public static func link(in text: String) -> URL? {
        guard let last = text.split(separator: " ").last, last.hasPrefix("https://") || last.hasPrefix("http://") else {
            return nil
        }
        return URL(string: String(last))
    }

    private static func what(_ incident: Incident, _ names: Names) -> String {
        switch incident.kind {
        case .fallingObject: "Object fell" + origin(incident.facts, names)
        case .spill: "Liquid spreading on the floor"
        }
    }

    private static func origin(_ facts: IncidentFacts, _ names: Names) -> String {
        guard facts.fromZoneKind == .rack else { return "" }
        let name = names.shortened(facts.fromZoneName ?? "")
        if name.isEmpty || name.lowercased() == "rack" { return " from rack" }
        return name.lowercased().contains("rack") ? " from \(name)" : " from rack \(name)"
    }

    private static func sentences(_ incident: Incident, _ names: Names) -> [String] {
        let size: String?
        let zone: String?
        switch incident.kind {
        case .fallingObject:
            size = drop(incident).map { "dropped about \($0)" }
            zone = place(incident.facts, names).map { "lies \($0)" }
        case .spill:
            let soFar = incident.phase == .ongoing ? " so far" : ""
            size = area(incident).map { "about \($0)\(soFar)" }
            zone = place(incident.facts, names)
        }
        let measured = [size, zone].compactMap { $0 }.joined(separator: ", ")
        return (measured.isEmpty ? [] : [capitalized(measured) + "."]) + incident.kinds.dropFirst().compactMap(also)
    }

    private static func also(_ kind: IncidentKind) -> String? {
        switch kind {
        case .fallingObject: "An object fell."
        case .spill: "Liquid is spreading."
        }
    }

    private static func drop(_ incident: Incident) -> String? {
        if let metres = incident.facts.dropMetres { return number(metres).map { "\($0) m" } }
        guard let pixels = incident.facts.dropPixels, incident.frameSize.height > 0 else { return nil }
        return percent(pixels / Double(incident.frameSize.height)).map { "\($0) of the picture's height" }
    }

    private static func area(_ incident: Incident) -> String? {
        if let squareMetres = incident.facts.areaSquareMetres { return number(squareMetres).map { "\($0) m2" } }
        return incident.facts.areaFraction.flatMap(percent).map { "\($0) of the picture" }
    }

    /// "in the walkway", "in Walkway 2", "on the floor", …; nil when unknown.
    private static func place(_ facts: IncidentFacts, _ names: Names) -> String? {
        let name = names.shortened(facts.zoneName ?? "")
        let isPlain = name.isEmpty || name.lowercased() == facts.zoneKind?.rawValue
        guard isPlain else { return facts.zoneKind == .ignore ? nil : "in \(name)" }
        return switch facts.zoneKind {
        case .floor: "on the floor"
        case .walkway: "in the walkway"
        case .storage: "in the storage area"
        case .rack: "on the rack"
        case .ignore, nil: nil
        }
    }

    /// Two significant digits below ten, whole numbers from there; nil when there is nothing to say.
    private static func number(_ value: Double) -> String? {
        guard value.isFinite, value >= 0.01 else { return nil }
        return String(format: value >= 9.95 ? "%.0f" : value >= 0.095 ? "%.1f" : "%.2f", value)
    }

    private static func percent(_ fraction: Double) -> String? {
        guard fraction.isFinite, fraction > 0 else { return nil }
        let percent = fraction * 100
        return percent < 1 ? number(percent).map { "\($0) %" } : String(format: "%.0f %%", percent)
    }

    private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    private static func clockTime(_ date: Date, _ timeZone: TimeZone) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents([.hour, .minute, .second], from: date)
        return String(format: "%02d:%02d:%02d", parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
    }

    /// Names of cameras and zones, as a text can hold them.
    private struct Names {
        var limit: Int

        func shortened(_ name: String) -> String {
            let folded = GSM7.folded(name).split(separator: " ").joined(separator: " ")
            guard folded.count > limit else { return folded }
            return folded.prefix(limit - 2).trimmingCharacters(in: .whitespaces) + ".."
        }
    }
}
