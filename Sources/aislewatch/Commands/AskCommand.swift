import ArgumentParser
import Domain
import Foundation
import Settings
import Storage

/// `ask "what fell in aisle 4 last night?"`: incidents by a question in words.
struct AskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask",
        abstract:
            "Ask about incidents in words, in English or German: aislewatch ask \"what fell in aisle 4 last night?\"")

    @OptionGroup var place: ConfigurationOption

    @Argument(help: "The question.")
    var question: [String]

    @Option(help: "Print at most this many incidents.")
    var limit = 20

    func validate() throws {
        if question.joined().allSatisfy(\.isWhitespace) { throw ValidationError("ask something") }
        if limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    func run() throws {
        let configuration = try place.load()
        let store = try place.openStore(configuration).blocking
        let names = QuestionNames(
            cameras: configuration.cameras.map { ($0.id, $0.name) },
            zones: configuration.cameras.flatMap(\.zones).map(\.name), people: try store.accounts().map(\.name),
            timeZone: configuration.site.timeZone)
        let understood = QuestionGrammar(names, now: SystemClock().now()).understand(question.joined(separator: " "))
        let times = LocalTimes(configuration.site.timeZone)
        print("Understood: " + understood.parts.map { Self.words($0, times) }.joined(separator: "; "))
        var search = understood.search
        search.limit = limit
        let counts = try store.counts(search), total = counts.reduce(0) { $0 + $1.count }
        guard total > 0 else {
            print("No incidents.")
            return
        }
        let kinds = counts.map { "\($0.count) x \($0.kind.rawValue)" }.joined(separator: ", ")
        print("\(total) incident\(total == 1 ? "" : "s"): \(kinds)")
        var table = TextTable([
            ("incident", .left), ("when", .left), ("camera", .left), ("kind", .left), ("zone", .left), ("state", .left),
        ])
        let incidents = try store.incidents(search), details = try store.details(of: incidents.map(\.id))
        for incident in incidents {
            table.add([
                incident.id.rawValue, times.dateAndTime(incident.startDate), incident.camera.rawValue,
                incident.kinds.map(\.rawValue).joined(separator: " + "),
                incident.facts.zoneName ?? incident.facts.fromZoneName ?? "",
                (details[incident.id]?.handling.state ?? .open).rawValue,
            ])
        }
        print(table.rendered())
    }

    /// A part as it was understood.
    private static func words(_ part: Question.Part, _ times: LocalTimes) -> String {
        switch part.meaning {
        case .time(let from?, let until?): "from \(times.dateAndTime(from)) to \(times.dateAndTime(until))"
        case .time(let from?, nil): "since \(times.dateAndTime(from))"
        case .time(nil, let until?): "until \(times.dateAndTime(until))"
        case .time(nil, nil): "at any time"
        case .camera(let camera): "camera \(camera)"
        case .zone(let zone): "zone \(zone)"
        case .kind(let kind): "kind \(kind.rawValue)"
        case .state(let state): "state \(state.rawValue)"
        case .review(let review): "review \(review.rawValue)"
        case .severity(let severity): "severity \(severity.rawValue)"
        case .longerThan(let seconds): "longer than \(Int(seconds)) s"
        case .person(let name): "by \(name)"
        case .count: "how many"
        case .words(let words): "the words \"\(words)\""
        }
    }
}
