import Domain
import Foundation

/// The part of a link's page that changes while several people look at it: where the incident stands, what is to be done, what
/// was said.
struct HandlingSection {
    var token: String
    var settings: PageSettings
    /// Nil: nobody has taken care of it yet.
    var acknowledgement: Acknowledgement?
    /// Nil: nobody has said what it was.
    var review: IncidentReview?
    var handling: IncidentHandling
    var playbook: Playbook?
    /// Whether the link lets people say something; else they only look.
    var mayAct: Bool
    /// Who looks.
    var name: LinkName

    private var words: PageWords { settings.words }
    private var own: HandlingWords { .inLanguage(words.language) }

    func html() -> String {
        let parts = [standing, answers, checkList, contacts, log, says].filter { !$0.isEmpty }
        return "<section id=\"handling\" data-events=\"\(address("events"))\" data-self=\"\(address("handling"))\">\n"
            + parts.joined(separator: "\n") + "\n</section>"
    }

    // MARK: - Where it stands

    private var standing: String {
        var lines: [String] = []
        if let standing = handling.standing, let text = own.standing[standing.state] {
            lines.append("<p class=\"state\" role=\"status\">\(filled(text, standing.by, standing.at))</p>")
        }
        if let assignee = handling.assignee, !handling.state.isOver {
            lines.append("<p class=\"note\">\(own.assigned.replacing("{who}", with: HTML.escape(assignee)))</p>")
        }
        if handling.state == .open, let acknowledgement {
            lines.append(note(words.takenCareOf, acknowledgement.by, acknowledgement.at))
        }
        if review?.review == .confirmed { lines += review.map { [note(words.confirmed, $0.by, $0.at)] } ?? [] }
        return lines.joined(separator: "\n")
    }

    /// What may be said next.
    private var answers: String {
        guard mayAct else { return "" }
        var buttons: [(path: String, text: String)] = []
        switch handling.state {
        case .open:
            buttons.append((LinkRoutes.path(of: .onTheWay), own.onMyWay))
            if acknowledgement == nil { buttons.append(("acknowledge", words.takeCare)) }
        case .onTheWay:
            buttons += [(LinkRoutes.path(of: .clearing), own.clearing), (LinkRoutes.path(of: .cleared), own.cleared)]
        case .clearing: buttons.append((LinkRoutes.path(of: .cleared), own.cleared))
        case .cleared: buttons.append((LinkRoutes.path(of: .open), own.stillThere))
        case .falseAlarm:
            // What a person with an account has said stays.
            if review?.by == name.author.name { buttons.append(("real", words.realAfterAll)) }
        }
        if handling.state != .falseAlarm, review?.review == nil { buttons.append(("false-alarm", words.falseAlarm)) }
        guard !buttons.isEmpty else { return "" }
        let forms = buttons.enumerated().map { index, button in
            let look = index == 0 && !handling.state.isOver ? "" : " class=\"other\""
            return
                "<form method=\"post\" action=\"\(address(button.path))\"><button\(look)>\(button.text)</button></form>"
        }
        return "<div class=\"acts\">\(forms.joined())</div>"
    }

    // MARK: - What is to be done

    private var checkList: String {
        let lines = handling.checkList(playbook)
        guard !lines.isEmpty else { return "" }
        let items = lines.map { line, tick in
            let says = tick.map { "<small>\(said($0.author.name, $0.at))</small>" } ?? ""
            let needs =
                line.needs.map { "<small>\(own.needs.replacing("{what}", with: HTML.escape($0)))</small>" } ?? ""
            let field = tick == nil ? "tick" : "untick"
            let button = """
                <button aria-pressed="\(tick != nil)"\(mayAct ? "" : " disabled")><span class="box" aria-hidden="true">\
                \(tick == nil ? "" : "✓")</span><span>\(HTML.escape(line.text))\(needs)\(says)</span></button>
                """
            let whole =
                mayAct
                ? """
                <form method="post" action="\(address("say"))"><input type="hidden" name="\(field)" \
                value="\(HTML.escape(line.text))">\(button)</form>
                """ : button
            return "<li\(tick == nil ? "" : " class=\"ticked\"")>\(whole)</li>"
        }
        let title = playbook.map { "\(own.toDo): \(HTML.escape($0.name))" } ?? own.toDo
        return "<h2>\(title)</h2>\n<ul class=\"list\">\(items.joined())</ul>"
    }

    private var contacts: String {
        guard let contacts = playbook?.contacts, !contacts.isEmpty else { return "" }
        let items = contacts.map { contact in
            var text = HTML.escape(contact.name)
            if let phone = contact.phone {
                let dialled = phone.filter { $0.isNumber || $0 == "+" }
                text += ", <a href=\"tel:\(HTML.escape(dialled))\">\(HTML.escape(phone))</a>"
            }
            if let note = contact.note { text += "<small>\(HTML.escape(note))</small>" }
            return "<li>\(text)</li>"
        }
        return "<h2>\(own.contacts)</h2>\n<ul class=\"log\">\(items.joined())</ul>"
    }

    // MARK: - What was said

    private var log: String {
        let items = handling.steps.compactMap { step -> String? in
            let text: String
            switch step.action {
            case .comment(let comment): text = HTML.escape(comment)
            case .photo(let words):
                let source = address("photo-\(step.id).jpg")
                text = "\(HTML.escape(words))<img src=\"\(source)\" alt=\"\(own.photo)\" loading=\"lazy\">"
            case .state(let state): text = own.states[state] ?? state.rawValue
            // They stand where they belong.
            case .assign, .tick, .untick: return nil
            }
            return "<li>\(text)<small>\(said(step.author.name, step.at))</small></li>"
        }
        return items.isEmpty ? "" : "<h2>\(own.log)</h2>\n<ul class=\"log\">\(items.joined())</ul>"
    }

    private var says: String {
        guard mayAct else { return "" }
        return """
            <form class="say" method="post" action="\(address("say"))"><input name="comment" maxlength="500" \
            aria-label="\(own.comment)" placeholder="\(own.comment)" autocomplete="off">\
            <button class="other">\(own.send)</button></form>
            <label class="photo" hidden data-photo="\(address("photo"))">\(own.takePhoto)\
            <input type="file" accept="image/*" capture="environment"></label>
            <form class="say" method="post" action="\(address("name"))"><input name="name" maxlength="40" \
            aria-label="\(own.name)" placeholder="\(own.name)" autocomplete="name" value="\(HTML.escape(name.text))">\
            <button class="other">\(own.keepName)</button></form>
            """
    }

    // MARK: - Words

    private func address(_ path: String) -> String { "/i/\(HTML.escape(token))/\(path)" }

    private func note(_ text: String, _ by: String, _ at: Date) -> String {
        "<p class=\"note\">\(filled(text, by, at))</p>"
    }

    private func filled(_ text: String, _ by: String, _ at: Date) -> String {
        text.replacing("{time}", with: HTML.escape(LocalTime(settings.timeZone, words: words).full(at)))
            .replacing("{who}", with: HTML.escape(called(by)))
    }

    private func said(_ by: String, _ at: Date) -> String {
        HTML.escape("\(called(by)), \(LocalTime(settings.timeZone, words: words).time(at))")
    }

    private func called(_ name: String) -> String { name == LinkRoutes.somebody ? words.somebody : name }
}

/// What that part says, beside ``PageWords``.
struct HandlingWords {
    /// Who brought it where it stands, with `{who}` and `{time}`; and short, for the log.
    var standing: [IncidentHandling.State: String]
    var states: [IncidentHandling.State: String]
    var assigned: String
    var onMyWay: String
    var clearing: String
    var cleared: String
    var stillThere: String
    var toDo: String
    /// `{what}` is who or what a step takes.
    var needs: String
    var contacts: String
    var log: String
    var comment: String
    var send: String
    var takePhoto: String
    var photo: String
    var name: String
    var keepName: String

    /// - Parameter code: `en` or `de`; another gives English.
    static func inLanguage(_ code: String) -> HandlingWords { code == "de" ? german : english }

    private static let english = HandlingWords(
        standing: [
            .onTheWay: "On the way: {who}, {time}.", .clearing: "Being cleared by {who}, {time}.",
            .cleared: "Cleared: {who}, {time}.", .falseAlarm: "Marked as a false alarm by {who}, {time}.",
        ],
        states: [
            .open: "Open again", .onTheWay: "On the way", .clearing: "Being cleared", .cleared: "Cleared",
            .falseAlarm: "False alarm",
        ], assigned: "Assigned to {who}.", onMyWay: "I'm on my way", clearing: "I'm clearing it",
        cleared: "It's cleared",
        stillThere: "It's still there", toDo: "What to do", needs: "Takes: {what}", contacts: "Contacts",
        log: "What was done", comment: "Comment", send: "Send", takePhoto: "Take a photo", photo: "Photo",
        name: "Your name", keepName: "Use this name")

    private static let german = HandlingWords(
        standing: [
            .onTheWay: "Unterwegs: {who}, {time}.", .clearing: "Wird beseitigt von {who}, {time}.",
            .cleared: "Beseitigt: {who}, {time}.", .falseAlarm: "Als Fehlalarm gekennzeichnet von {who}, {time}.",
        ],
        states: [
            .open: "Wieder offen", .onTheWay: "Unterwegs", .clearing: "Wird beseitigt", .cleared: "Beseitigt",
            .falseAlarm: "Fehlalarm",
        ], assigned: "Zuständig: {who}.", onMyWay: "Ich bin unterwegs", clearing: "Ich beseitige es",
        cleared: "Es ist beseitigt", stillThere: "Es liegt noch da", toDo: "Was zu tun ist",
        needs: "Dafür nötig: {what}",
        contacts: "Ansprechpartner", log: "Was getan wurde", comment: "Kommentar", send: "Senden",
        takePhoto: "Foto aufnehmen", photo: "Foto", name: "Ihr Name", keepName: "Diesen Namen verwenden")
}
