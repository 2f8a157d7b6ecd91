import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Storage

/// Questions about incidents in words: how each was understood, and what it found.
struct AskRoutes: Sendable {
    let api: APIRouter
    let incidents: IncidentRoutes
    let site: PageSettings

    private struct View: Encodable {
        /// A part of the question; the times of one are `from` and `to`, everything else is a `value`.
        struct PartView: Encodable {
            var text: String
            var meaning: String
            var value: String?
            var from: Date?
            var to: Date?
            /// Taken away by whoever asks.
            var dropped: Bool
        }

        struct KindView: Encodable {
            var kind: IncidentKind
            var count: Int
        }

        var parts: [PartView]
        var count: Int
        var kinds: [KindView]
        var incidents: [IncidentView]
    }

    private static let mostShown = 50

    func add() {
        api.on(.get, "/ask", role: .viewer, compresses: true) { call in
            guard let text = try call.query("q"), !text.allSatisfy(\.isWhitespace) else {
                throw APIError.invalid("\"q\" is missing: a question.")
            }
            guard text.count <= QuestionGrammar.longest else {
                throw APIError.invalid("\"q\" may have \(QuestionGrammar.longest) characters.")
            }
            let dropped = Set(try call.queries("drop").map { try Self.index($0) })
            let limit = try call.integer("limit", 1...Self.mostShown) ?? 20
            return try await answer(text, without: dropped, limit: limit, call)
        }
    }

    /// - Throws: for what is no part's place.
    private static func index(_ text: String) throws -> Int {
        guard text.count <= 3, let index = Int(text), index >= 0 else {
            throw APIError.invalid("\"drop\" must be a part's place in the list, from 0.")
        }
        return index
    }

    private func answer(_ text: String, without dropped: Set<Int>, limit: Int, _ call: APICall) async throws -> Response
    {
        let now = api.clock.now()
        // Cameras that somebody does not see have no names for them.
        let cameras = (api.services.feed?.cameras() ?? []).filter { call.principal.sees($0.id) }
        let people = try await api.services.store.perform { try $0.accounts().map(\.name) }
        let names = QuestionNames(
            cameras: cameras.map { ($0.id, $0.name) }, zones: cameras.flatMap(\.zones).map(\.name), people: people,
            timeZone: site.timeZone)
        let question = QuestionGrammar(names, now: now).understand(text)
        let kept = Question(parts: question.parts.enumerated().filter { !dropped.contains($0.offset) }.map(\.element))
        var search = kept.search
        search.cameras = call.principal.cameras
        search.limit = limit
        let wanted = search
        let (counts, views) = try await api.services.store.perform { store in
            (try store.counts(wanted), try incidents.views(store.incidents(wanted), store))
        }
        return .json(
            View(
                parts: question.parts.enumerated().map { Self.view($1, isDropped: dropped.contains($0)) },
                count: counts.reduce(0) { $0 + $1.count },
                kinds: counts.map { View.KindView(kind: $0.kind, count: $0.count) }, incidents: views))
    }

    private static func view(_ part: Question.Part, isDropped: Bool) -> View.PartView {
        var view = View.PartView(text: part.text, meaning: "", dropped: isDropped)
        switch part.meaning {
        case .time(let from, let until):
            view.meaning = "time"
            view.from = from
            view.to = until
        case .camera(let camera): (view.meaning, view.value) = ("camera", camera.rawValue)
        case .zone(let zone): (view.meaning, view.value) = ("zone", zone)
        case .kind(let kind): (view.meaning, view.value) = ("kind", kind.rawValue)
        case .state(let state): (view.meaning, view.value) = ("state", state.rawValue)
        case .review(let review): (view.meaning, view.value) = ("review", review.rawValue)
        case .severity(let severity): (view.meaning, view.value) = ("severity", severity.rawValue)
        case .longerThan(let seconds): (view.meaning, view.value) = ("longer_than", String(Int(seconds)))
        case .person(let name): (view.meaning, view.value) = ("person", name)
        case .count: view.meaning = "count"
        case .words(let words): (view.meaning, view.value) = ("words", words)
        }
        return view
    }
}
