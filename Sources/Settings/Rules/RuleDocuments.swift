public import Domain
import Foundation
public import Incidents

/// What is written about the rules from their declarations: the commented example and the tables of `docs/rules.md`.
public enum RuleDocuments {
    /// The section of each rule with its defaults, as it stands below `rules:` in the commented example.
    public static func example(_ registry: RuleRegistry = .standard) -> String {
        var lines: [String] = []
        for parameter in SceneChangeSettings.parameters { lines += example(of: [parameter], indent: "  ") }
        for rule in registry.descriptions where !rule.isListed {
            lines += section(rule.kind.rawValue, rule.sentence, rule.parameters)
        }
        lines += section(
            "merge", "Detections this near each other in time and place are one incident.", MergeSettings.parameters)
        return lines.map { $0 + "\n" }.joined()
    }

    /// A table of one rule's parameters.
    public static func table(_ rule: RuleDescription) -> String {
        var lines = ["| key | default | allowed | |", "|---|---|---|---|"]
        for parameter in rule.parameters where parameter.key != "enabled" {
            let usual = parameter.defaultText.map { "`\($0)`" } ?? "none"
            lines.append(
                "| `\(parameter.key)` | \(usual) | \(parameter.allowedText) | \(parameter.sentence)\(use(parameter)) |")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// A document with the tables between its marks made anew: `<!-- parameters of near_miss -->` to `<!-- end -->`.
    public static func refreshed(_ document: String, _ registry: RuleRegistry = .standard) -> String {
        var result = document
        for rule in registry.descriptions {
            guard let begin = result.range(of: "<!-- parameters of \(rule.kind.rawValue) -->\n"),
                let end = result.range(of: "<!-- end -->", range: begin.upperBound..<result.endIndex)
            else { continue }
            result.replaceSubrange(begin.upperBound..<end.lowerBound, with: table(rule))
        }
        return result
    }

    /// A configuration with the rules' part of its commented example made anew: from `rules:` to the line that begins
    /// `  # Each rule above`.
    public static func refreshed(example text: String, _ registry: RuleRegistry = .standard) -> String {
        guard let begin = text.range(of: "\nrules:\n"),
            let end = text.range(of: "  # Each rule above", range: begin.upperBound..<text.endIndex)
        else { return text }
        return text.replacingCharacters(in: begin.upperBound..<end.lowerBound, with: example(registry))
    }

    private static func section(_ key: String, _ sentence: String, _ parameters: [ParameterDescription]) -> [String] {
        var lines = comment(sentence, indent: "  ") + ["  \(key):"]
        // The keys of one threshold stand together under one sentence.
        var rest = parameters[...]
        while let first = rest.first {
            let group = rest.prefix { $0.sentence == first.sentence }
            lines += example(of: Array(group), indent: "    ")
            rest = rest.dropFirst(group.count)
        }
        return lines
    }

    private static func example(of group: [ParameterDescription], indent: String) -> [String] {
        guard let first = group.first else { return [] }
        let allowed = group.filter { $0.form != .flag }.map(\.allowedText).joined(separator: ", ")
        let words = allowed.isEmpty ? first.sentence : "\(first.sentence) \(capitalised(allowed))."
        var lines = first.key == "enabled" ? [] : comment(words, indent: indent)
        for parameter in group {
            if let usual = parameter.defaultText {
                lines.append("\(indent)\(parameter.key): \(usual)")
            } else {
                lines.append("\(indent)# \(parameter.key): none;\(use(parameter).lowercased())")
            }
        }
        return lines
    }

    private static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    private static func use(_ parameter: ParameterDescription) -> String {
        switch parameter.use {
        case .always: ""
        case .withoutScale: parameter.defaultValue == nil ? "" : " Without a scale."
        case .withScale: " With a scale."
        case .whenGiven: " Counts before the others."
        }
    }

    /// At most 120 characters a line.
    private static func comment(_ text: String, indent: String) -> [String] {
        var lines: [String] = []
        var line = "\(indent)#"
        for word in text.split(separator: " ") {
            if line.count + 1 + word.count > 120 {
                lines.append(line)
                line = "\(indent)#"
            }
            line += " \(word)"
        }
        return lines + [line]
    }
}
