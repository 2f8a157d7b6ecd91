import Domain
import Foundation

/// The HTML of a day's report; pictures are inside.
struct DayReportPage {
    struct Entry {
        var incident: Incident
        var text: String
        var clips: [Clip]
        var poster: Data?
        var review: IncidentReview?
        var acknowledgement: Acknowledgement?
    }

    var siteName: String
    var day: Date
    var timeZone: TimeZone

    func html(_ entries: [Entry]) -> String {
        let title = "\(HTML.escape(siteName.isEmpty ? "Aislewatch" : siteName)), \(date)"
        let kinds = Dictionary(grouping: entries, by: \.incident.kind.rawValue).mapValues(\.count)
        let summary = kinds.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key.replacing("_", with: " "))" }
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>\(title)</title><style>
            body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1f23}
            article{display:grid;grid-template-columns:20rem 1fr;gap:1.2rem;padding:1rem 0;border-top:1px solid #d5d9de;\
            break-inside:avoid}
            img{width:100%;border-radius:4px}h2{font-size:1.05rem;margin:0 0 .3rem}p{margin:.2rem 0}.s{color:#59616b}
            </style></head><body><h1>\(title)</h1>
            <p>\(entries.isEmpty ? "Nothing happened." : "\(count(entries)): \(summary.joined(separator: ", ")).")</p>
            \(entries.isEmpty ? "" : "<p class=\"s\">\(verdicts(entries))</p>")
            \(entries.map(article).joined(separator: "\n"))
            </body></html>

            """
    }

    private func count(_ entries: [Entry]) -> String {
        entries.count == 1 ? "1 incident" : "\(entries.count) incidents"
    }

    /// How many have which verdict, and how many nobody has handled.
    private func verdicts(_ entries: [Entry]) -> String {
        let reviews = entries.map(\.review?.review)
        let parts = [
            (reviews.count { $0 == .confirmed }, "confirmed"),
            (reviews.count { $0 == .notAnIncident }, "not an incident"),
            (reviews.count { $0 == .training }, "training example"), (reviews.count { $0 == nil }, "not reviewed"),
            (entries.count { $0.acknowledgement == nil }, "handled by nobody"),
        ]
        return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    private func article(_ entry: Entry) -> String {
        let incident = entry.incident
        let picture =
            entry.poster.map { "<img alt=\"\" src=\"data:image/jpeg;base64,\($0.base64EncodedString())\">" }
            ?? "<p class=\"s\">no picture</p>"
        let clips = entry.clips.map { clip in
            "<p class=\"s\">clip \(HTML.escape(clip.path)), \(Int(clip.durationSeconds.rounded())) s</p>"
        }
        let reason = incident.evidence.map { HTML.escape(EvidenceWords.sentence($0)) }
        var said: [String] = []
        if let review = entry.review, let verdict = review.review.map(Self.words) {
            let note = review.note.isEmpty ? "" : ": “\(review.note)”"
            said.append("\(verdict) by \(who(review.by)) at \(time(review.at))\(note)")
        } else {
            said.append("Not reviewed")
        }
        said.append(
            entry.acknowledgement.map { "handled by \(who($0.by)) at \(time($0.at))" } ?? "handled by nobody")
        return """
            <article><div>\(picture)</div><div><h2>\(HTML.escape(entry.text))</h2>
            <p>\(time(incident.startDate)) to \(time(incident.endDate)), camera \(incident.camera), \
            severity \(incident.severity.rawValue)</p>
            <p>\(HTML.escape(said.joined(separator: "; ")))</p>
            <p class="s">\(reason.joined(separator: "; "))</p>\(clips.joined())<p class="s">incident \(incident.id)</p>\
            </div></article>
            """
    }

    private var date: String { formatted(day, "%04d-%02d-%02d") { [$0.year, $0.month, $0.day] } }

    private func time(_ date: Date) -> String { formatted(date, "%02d:%02d:%02d") { [$0.hour, $0.minute, $0.second] } }

    private func formatted(_ date: Date, _ format: String, _ parts: (DateComponents) -> [Int?]) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let components = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        return String(format: format, arguments: parts(components).map { $0 ?? 0 })
    }

    private func who(_ name: String) -> String {
        switch name {
        case "link": "somebody who got the alert"
        case "cli": "somebody at the command line"
        default: name
        }
    }

    private static func words(_ review: Review) -> String {
        switch review {
        case .confirmed: "Confirmed"
        case .notAnIncident: "Marked as not an incident"
        case .training: "Marked as a training example"
        }
    }
}

/// What a rule measured, in the words of the pages.
enum EvidenceWords {
    /// Names that say nothing by themselves, without bound and unit.
    private static let plain = [
        "sink": "height lost", "sink_speed": "speed of sinking", "move": "distance moved", "walked": "distance walked",
        "grown": "growth", "growth": "growth, compared with its beginning",
        "containment": "part that stays where it was",
        "aspect_kept": "shape kept", "stood": "time it has stood", "stay": "time it stays",
        "rest": "time it lies still",
        "down": "height to width when down", "upright": "height to width when upright", "age": "time it has been seen",
        "area_fraction": "part of the picture", "moving": "part that moves", "lost": "time out of sight",
        "seconds": "time", "frozen": "time without any change",
    ]
    private static let suffixes = [
        "_picture_heights", "_square_metres", "_metres", "_pixels", "_seconds", "_fraction", "_ratio", "_sizes",
    ]
    private static let units = [
        "m2": "m²", "m/s2": "m/s²", "px/s2": "px/s²", "picture heights/s2": "picture heights/s²",
    ]

    /// For instance "Drop 0.22 picture heights (at least 0.07)".
    static func sentence(_ evidence: Evidence) -> String {
        let unit = evidence.unit.isEmpty ? "" : " \(units[evidence.unit] ?? evidence.unit)"
        let side = evidence.direction == .atLeast ? "at least" : "at most"
        return "\(name(evidence.parameter)) \(number(evidence.measured))\(unit) (\(side) \(number(evidence.threshold)))"
    }

    private static func name(_ parameter: String) -> String {
        // Early versions wrote `minDropPictureHeights`.
        var words = ""
        for letter in parameter {
            if letter.isUppercase { words += "_" }
            words += letter.lowercased()
        }
        for bound in ["min_", "max_"] where words.hasPrefix(bound) { words.removeFirst(bound.count) }
        var bare = words
        if let suffix = suffixes.first(where: bare.hasSuffix) { bare.removeLast(suffix.count) }
        let text = plain[words] ?? plain[bare] ?? bare.replacing("_", with: " ")
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    private static func number(_ value: Double) -> String { String(format: "%.2f", value) }
}
