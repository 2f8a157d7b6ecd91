import Domain
import Foundation

/// Reads the model's answer. It is text from outside: everything about it is checked.
enum SecondLookReply {
    private struct Completion: Decodable {
        struct Choice: Decodable {
            struct Message: Decodable { var content: String? }
            var message: Message
        }
        var choices: [Choice]
    }

    private struct Verdict: Decodable {
        var happened: Bool
        var description: String
        var severity: String
    }

    static func parse(_ body: Data, model: String, now: Date) throws(SecondLookFailure) -> SecondLookAnswer {
        guard let completion = try? JSONDecoder().decode(Completion.self, from: body),
            let content = completion.choices.first?.message.content
        else { throw .unreadable(reason: "no message in it") }
        // Some models put the object into a fence or talk around it.
        guard let open = content.firstIndex(of: "{"), let close = content.lastIndex(of: "}"), open < close,
            let verdict = try? JSONDecoder().decode(Verdict.self, from: Data(content[open...close].utf8))
        else { throw .unreadable(reason: "not the JSON object that was asked for") }
        guard let severity = Severity(rawValue: verdict.severity.lowercased()) else {
            throw .unreadable(reason: "severity is none of low, medium, high")
        }
        let description = clean(verdict.description)
        guard !description.isEmpty else { throw .unreadable(reason: "the description is empty") }
        return SecondLookAnswer(
            happened: verdict.happened, description: description, severity: severity, model: model, answeredDate: now)
    }

    /// One line of printable characters, not too long.
    static func clean(_ text: String) -> String {
        let printable = String(
            text.unicodeScalars.map { scalar -> Character in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: " "
                default: Character(scalar)
                }
            })
        let line = printable.split(separator: " ").joined(separator: " ")
        let limit = SecondLookAnswer.maxDescriptionLength
        return line.count > limit ? line.prefix(limit - 1).trimmingCharacters(in: .whitespaces) + "…" : line
    }
}
