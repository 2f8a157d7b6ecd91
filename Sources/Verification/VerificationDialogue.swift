import Domain
import Foundation

/// What the model is asked about an incident.
enum VerificationQuestion {
    static let system = """
        You look at a few frames of a fixed camera in a warehouse, in order of time. An orange rectangle marks where a rule \
        saw something. Answer with one JSON object and nothing else: {"happened": true or false, "description": "one or two \
        plain sentences of what can be seen", "severity": "low", "medium" or "high"}. Say happened: false only when the \
        frames clearly show that it did not happen.
        """

    /// The rule's question, in the words of its kind.
    static func text(_ incident: Incident) -> String {
        let asked =
            switch incident.kind {
            case .fallingObject: "Did an object fall here?"
            case .toppledStack: "Did a stack or a tall object topple here?"
            case .spill: "Is a liquid spreading on the floor here?"
            case .objectLeft: "Was an object left here where the way must stay free?"
            case .objectRemoved: "Was an object that stood here removed?"
            case .markedObjectMoved: "Did the object that stood here move, fall or disappear?"
            case .zoneEntry: "Did a person or a vehicle enter this place?"
            case .lineCrossing: "Did a person or a vehicle cross here?"
            case .dwell: "Does a person or a vehicle stay here?"
            case .nearMiss: "Did a vehicle nearly hit a person or another vehicle here?"
            case .personDown: "Does a person lie on the floor here?"
            case .cameraTampered: "Is the camera covered, turned away, out of focus or frozen?"
            case .combination, .manual: "Did something happen here that a warehouse manager should know of?"
            }
        let name = incident.ruleName.map { " The rule is called \"\($0)\"." } ?? ""
        return asked + name
    }
}

/// Reads the model's answer. It is text from outside: everything about it is checked.
enum VerificationReply {
    private struct Verdict: Decodable {
        var happened: Bool
        var description: String
        var severity: String
    }

    /// - Parameter content: What the model wrote.
    static func parse(_ content: String, model: String, now: Date) throws(VerificationFailure) -> VerificationAnswer {
        // Some models put the object into a fence or talk around it.
        guard let open = content.firstIndex(of: "{"), let close = content.lastIndex(of: "}"), open < close,
            let verdict = try? JSONDecoder().decode(Verdict.self, from: Data(content[open...close].utf8))
        else { throw .unreadable(reason: "not the JSON object that was asked for") }
        guard let severity = Severity(rawValue: verdict.severity.lowercased()) else {
            throw .unreadable(reason: "severity is none of low, medium, high")
        }
        let description = clean(verdict.description)
        guard !description.isEmpty else { throw .unreadable(reason: "the description is empty") }
        return VerificationAnswer(
            happened: verdict.happened, description: description, severity: severity, model: model, answeredDate: now)
    }

    /// One line of printable characters, not too long.
    static func clean(_ text: String, limit: Int = VerificationAnswer.maxDescriptionLength) -> String {
        let printable = String(
            text.unicodeScalars.map { scalar -> Character in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: " "
                default: Character(scalar)
                }
            })
        let line = printable.split(separator: " ").joined(separator: " ")
        return line.count > limit ? line.prefix(limit - 1).trimmingCharacters(in: .whitespaces) + "…" : line
    }
}
