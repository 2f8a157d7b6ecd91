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
        /// There is a video, and it can't be read: not the same as none.
        var isUnreadable: Bool
        /// Many browsers can't play it, and a copy for them can be made.
        var needsCopy: Bool

        /// Looks at the files, which may wait for the disk.
        init(clip: Clip, number: Int, files: any ClipSource, canCopy: Bool) {
            self.clip = clip
            self.number = number
            let video = Result { try files.videoFile(of: clip).flatMap { try OpenFile($0) } }
            hasVideo = (try? video.get()).map { $0.size > 0 } ?? false
            if case .failure = video { isUnreadable = true } else { isUnreadable = false }
            needsCopy =
                canCopy && clip.state == .finished && files.videoFile(of: clip).flatMap(ClipCodec.of) == .hevc
            hasPoster = (try? files.posterFile(of: clip).flatMap { try OpenFile($0) }).map { $0.size > 0 } ?? false
        }
    }

    var incident: Incident
    var clips: [ClipView]
    var token: String
    var settings: PageSettings
    var now: Date
    var handling: HandlingSection

    /// For so long after an incident was confirmed a page without a clip looks again by itself.
    static let waitSeconds = 120.0

    func html() -> String {
        let camera = settings.cameraName(incident.camera)
        let kind = words.kind(incident.kind)
        let isWaiting =
            !clips.contains { $0.hasVideo || $0.isUnreadable }
            && now.timeIntervalSince(incident.confirmedDate) < Self.waitSeconds
        let site = settings.siteName.isEmpty ? "Aislewatch" : "\(settings.siteName) · Aislewatch"
        return Page.html(
            language: words.language, title: "\(kind), \(camera)",
            body: """
                <main>
                <p class="kind">\(HTML.escape(kind))</p>
                <h1>\(HTML.escape(camera))</h1>
                <p class="text">\(HTML.escape(settings.text(incident)))</p>
                \(media(isWaiting: isWaiting))
                \(handling.html())
                <dl>
                \(facts(camera: camera))
                </dl>
                \(own)
                </main>
                <footer>\(HTML.escape(site))</footer>
                """,
            refreshSeconds: isWaiting ? 5 : nil, script: "/js/link/page.js")
    }

    /// To the incident's own page, where it is reviewed, for those who were alerted: who only looks has no account.
    private var own: String {
        guard handling.mayAct else { return "" }
        return "<p><a href=\"/#/incidents/\(HTML.escape("\(incident.id)"))\">\(words.open)</a></p>"
    }

    private func media(isWaiting: Bool) -> String {
        var parts = clips.compactMap { view in view.hasVideo ? video(view) : view.hasPoster ? picture(view) : nil }
        if clips.contains(where: \.isUnreadable) {
            parts.append("<p class=\"note\">\(words.clipUnreadable)</p>")
        } else if isWaiting {
            parts.append("<p class=\"note\">\(words.beingPrepared)</p>")
        } else if !clips.contains(where: \.hasVideo) {
            parts.append("<p class=\"note\">\(words.noClipAnyMore)</p>")
        } else if clips.contains(where: { $0.clip.state == .recording }) {
            let reload = "<a href=\"/i/\(HTML.escape(token))\">\(words.reload)</a>"
            parts.append("<p class=\"note\">\(words.stillRecording.replacing("{reload}", with: reload))</p>")
        }
        return parts.joined(separator: "\n")
    }

    private func video(_ view: ClipView) -> String {
        let clip = address("clip", view, "mp4")
        let poster = view.hasPoster ? " poster=\"\(address("poster", view, "jpg"))\"" : ""
        let save = "<p class=\"note\"><a href=\"\(clip)\" download>\(words.save)</a></p>"
        guard view.needsCopy else {
            return "<video controls playsinline preload=\"metadata\"\(poster) src=\"\(clip)\"></video>\n\(save)"
        }
        // The browser takes the first that it can play; a copy is made only when somebody wants to see it.
        let copy = address("clip", view, "mp4", ending: "-h264")
        return """
            <video controls playsinline preload="none"\(poster)>
            <source src="\(clip)" type="\(Self.hevcType)"><source src="\(copy)" type="video/mp4"></video>
            <p class="note">\(words.copyNote)</p>
            \(save)
            """
    }

    private func picture(_ view: ClipView) -> String {
        "<img src=\"\(address("poster", view, "jpg"))\" alt=\"\(words.pictureAlt)\">"
    }

    /// Main profile, as cameras send it.
    private static let hevcType = "video/mp4; codecs=&quot;hvc1.1.6.L120.B0&quot;"

    private func address(_ name: String, _ view: ClipView, _ suffix: String, ending: String = "") -> String {
        let number = view.number == 1 ? "" : "-\(view.number)"
        return "/i/\(HTML.escape(token))/\(name)\(number)\(ending).\(suffix)"
    }

    private func facts(camera: String) -> String {
        let time = LocalTime(settings.timeZone, words: words)
        var rows = [
            (words.what, incident.kinds.map(words.kind).joined(separator: ", ")), (words.camera, camera),
        ]
        if let zone = incident.facts.zoneName { rows.append((words.place, zone)) }
        rows.append((words.began, "\(time.full(incident.startDate)) (\(time.offset(at: incident.startDate)))"))
        switch incident.phase {
        case .ongoing: rows.append((words.ended, words.stillGoingOn))
        case .ended:
            let isSameDay = time.isSameDay(incident.startDate, incident.endDate)
            rows.append((words.ended, isSameDay ? time.time(incident.endDate) : time.full(incident.endDate)))
        }
        return rows.map { "<dt>\(HTML.escape($0.0))</dt><dd>\(HTML.escape($0.1))</dd>" }.joined(separator: "\n")
    }

    private var words: PageWords { settings.words }
}
