import Domain
import Foundation

/// What somebody sees who opens the link in an alert.
struct IncidentPage {
    /// A clip and what of it can be fetched now.
    struct ClipView {
        var clip: Clip
        /// Counts from 1; part of the clip's address when there are several.
        var number: Int
        var hasVideo: Bool
        var hasPoster: Bool
    }

    var incident: Incident
    var clips: [ClipView]
    var token: String
    var settings: PageSettings
    var now: Date
    /// Nil: nobody has taken care of it yet.
    var acknowledgement: Acknowledgement?

    /// For so long after an incident was confirmed a page without a clip looks again by itself.
    static let waitSeconds = 120.0

    func html() -> String {
        let camera = settings.cameraName(incident.camera)
        let kind = Self.words(incident.kind.rawValue)
        let isWaiting =
            !clips.contains { $0.hasVideo } && now.timeIntervalSince(incident.confirmedDate) < Self.waitSeconds
        let site = settings.siteName.isEmpty ? "Aislewatch" : "\(settings.siteName) · Aislewatch"
        return Page.html(
            title: "\(kind), \(camera)",
            body: """
                <main>
                <p class="kind">\(HTML.escape(kind))</p>
                <h1>\(HTML.escape(camera))</h1>
                <p class="text">\(HTML.escape(settings.text(incident)))</p>
                \(media(isWaiting: isWaiting))
                \(acknowledging)
                <dl>
                \(facts(camera: camera))
                </dl>
                </main>
                <footer>\(HTML.escape(site))</footer>
                """,
            refreshSeconds: isWaiting ? 5 : nil)
    }

    /// The button with which somebody says "I take care of it", or who did.
    private var acknowledging: String {
        guard let acknowledgement else {
            return """
                <form method="post" action="/i/\(HTML.escape(token))/acknowledge"><button>I take care of it</button></form>
                """
        }
        let who = acknowledgement.by == "link" ? "somebody who got the alert" : acknowledgement.by
        let time = LocalTime(settings.timeZone).full(acknowledgement.at)
        return "<p class=\"note\">Taken care of by \(HTML.escape(who)), \(HTML.escape(time)).</p>"
    }

    private func media(isWaiting: Bool) -> String {
        var parts = clips.compactMap { view in view.hasVideo ? video(view) : view.hasPoster ? picture(view) : nil }
        if isWaiting {
            parts.append("<p class=\"note\">The clip is being prepared. This page looks for it again by itself.</p>")
        } else if !clips.contains(where: \.hasVideo) {
            parts.append("<p class=\"note\">There is no clip of this incident any more.</p>")
        } else if clips.contains(where: { $0.clip.state == .recording }) {
            let reload = "<a href=\"/i/\(HTML.escape(token))\">Load the page again</a>"
            parts.append("<p class=\"note\">Still being recorded. \(reload) to see what came after.</p>")
        }
        return parts.joined(separator: "\n")
    }

    private func video(_ view: ClipView) -> String {
        let clip = address("clip", view, "mp4")
        let poster = view.hasPoster ? " poster=\"\(address("poster", view, "jpg"))\"" : ""
        return """
            <video controls playsinline preload="metadata"\(poster) src="\(clip)"></video>
            <p class="note"><a href="\(clip)" download>Save the video</a></p>
            """
    }

    private func picture(_ view: ClipView) -> String {
        "<img src=\"\(address("poster", view, "jpg"))\" alt=\"The camera's picture at the incident\">"
    }

    private func address(_ name: String, _ view: ClipView, _ suffix: String) -> String {
        let number = view.number == 1 ? "" : "-\(view.number)"
        return "/i/\(HTML.escape(token))/\(name)\(number).\(suffix)"
    }

    private func facts(camera: String) -> String {
        let time = LocalTime(settings.timeZone)
        var rows = [
            ("What", incident.kinds.map { Self.words($0.rawValue) }.joined(separator: ", ")), ("Camera", camera),
        ]
        if let zone = incident.facts.zoneName { rows.append(("Place", zone)) }
        rows.append(("Began", "\(time.full(incident.startDate)) (\(time.offset(at: incident.startDate)))"))
        switch incident.phase {
        case .ongoing: rows.append(("Ended", "still going on"))
        case .ended:
            let isSameDay = time.isSameDay(incident.startDate, incident.endDate)
            rows.append(("Ended", isSameDay ? time.time(incident.endDate) : time.full(incident.endDate)))
        }
        return rows.map { "<dt>\(HTML.escape($0.0))</dt><dd>\(HTML.escape($0.1))</dd>" }.joined(separator: "\n")
    }

    /// `falling_object` as `Falling object`.
    static func words(_ name: String) -> String {
        let text = name.replacing("_", with: " ")
        return text.prefix(1).uppercased() + text.dropFirst()
    }
}
