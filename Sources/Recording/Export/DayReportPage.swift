import Domain
import Foundation

/// The HTML of a day's report; pictures are inside.
struct DayReportPage {
    struct Entry {
        var incident: Incident
        var text: String
        var clips: [Clip]
        var poster: Data?
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
            <p>\(entries.isEmpty ? "Nothing happened." : "\(entries.count) incidents: \(summary.joined(separator: ", ")).")</p>
            \(entries.map(article).joined(separator: "\n"))
            </body></html>

            """
    }

    private func article(_ entry: Entry) -> String {
        let incident = entry.incident
        let picture =
            entry.poster.map { "<img alt=\"\" src=\"data:image/jpeg;base64,\($0.base64EncodedString())\">" }
            ?? "<p class=\"s\">no picture</p>"
        let clips = entry.clips.map { clip in
            "<p class=\"s\">clip \(HTML.escape(clip.path)), \(Int(clip.durationSeconds.rounded())) s</p>"
        }
        let reason = incident.evidence.map { evidence in
            "\(HTML.escape(evidence.parameter)) \(Self.number(evidence.measured)) "
                + "(threshold \(Self.number(evidence.threshold)) \(HTML.escape(evidence.unit)))"
        }
        return """
            <article><div>\(picture)</div><div><h2>\(HTML.escape(entry.text))</h2>
            <p>\(time(incident.startDate)) to \(time(incident.endDate)), camera \(incident.camera), \
            severity \(incident.severity.rawValue)</p>
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

    private static func number(_ value: Double) -> String { String(format: "%.2f", value) }
}
