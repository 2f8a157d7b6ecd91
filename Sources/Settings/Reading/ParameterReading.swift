import Domain
import Yams

extension Section {
    /// What the file gives for declared parameters, by key. Mistakes are reported and left out.
    /// - Parameter surroundings: What names in them are looked up in.
    func values(
        of parameters: [ParameterDescription], _ surroundings: RuleSurroundings? = nil
    ) -> [String: ParameterValue] {
        var values: [String: ParameterValue] = [:]
        for parameter in parameters { values[parameter.key] = value(of: parameter, surroundings) }
        return values
    }

    private func value(of parameter: ParameterDescription, _ surroundings: RuleSurroundings?) -> ParameterValue? {
        switch parameter.form {
        case .flag:
            guard node(parameter.key) != nil else { return nil }
            let usual = parameter.defaultValue == .flag(true)
            return .flag(bool(parameter.key, default: usual))
        case .number(let range):
            return number(parameter.key, in: range, unit: parameter.unit.words).map { .number($0) }
        case .length(let per):
            var usual: LengthThreshold?
            if case .length(let length) = parameter.defaultValue { usual = length }
            return length(parameter.key, default: usual, per: per).map { .length($0) }
        case .choice(let words):
            return text(parameter.key, allowed: words.joined(separator: ", "))
                .flatMap { known($0, words, parameter.key) }.map { .text($0) }
        case .choices(let words):
            return .texts(texts(parameter.key, of: "words").compactMap { known($0, words, parameter.key) })
        case .zones:
            return .texts(
                texts(parameter.key, of: "names of zones").compactMap { name in
                    surroundings?.isZone(name, self, parameter.key) == false ? nil : name.value
                })
        case .line: return line(parameter).map { .line($0) }
        }
    }

    private func known(_ text: Marked<String>, _ words: [String], _ key: String) -> String? {
        guard !words.contains(text.value) else { return text.value }
        refuse(
            key, at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"",
            allowed: words.joined(separator: ", "), suggestion: NearestKey.find(text.value, in: words))
        return nil
    }

    private func line(_ parameter: ParameterDescription) -> PictureLine? {
        guard let (_, mark) = node(parameter.key) else { return nil }
        let given = items(parameter.key, of: "points")
        let ends = given.compactMap { Section.fraction($1, name: $0, mark: $2, context) }
        guard given.count == 2 else {
            refuse(parameter.key, at: mark, found: "a list of \(given.count)", allowed: parameter.allowedText)
            return nil
        }
        guard ends.count == 2 else { return nil }
        guard ends[0] != ends[1] else {
            refuse(parameter.key, at: mark, found: "twice the same point", allowed: parameter.allowedText)
            return nil
        }
        return PictureLine(from: ends[0], to: ends[1])
    }

    /// A length with its unit: `0.8 m`, `8 %` (of the picture's height) or `40 px`; with `per`, `2 m/s` and so on.
    /// - Returns: nil when there is none, or a wrong one, which has been reported.
    private func length(_ key: String, default fallback: LengthThreshold?, per: ParameterUnit.Per) -> LengthThreshold? {
        guard let (node, mark) = node(key) else { return nil }
        let suffix = per.words
        let allowed =
            "a number and its unit, as in 0.8 m\(suffix), 8 %\(suffix) (of the picture's height) or 40 px\(suffix)"
        guard case .scalar(let scalar) = node else {
            refuse(key, at: mark, found: node.kindInWords, allowed: allowed)
            return nil
        }
        let text = scalar.string.filter { !$0.isWhitespace }
        for (unit, limit) in [("px", 10_000.0), ("%", 1000), ("m", 1000)] where text.hasSuffix(unit + suffix) {
            guard let value = Self.decimal(String(text.dropLast(unit.count + suffix.count))), value > 0, value <= limit
            else {
                continue
            }
            switch unit {
            case "px": return LengthThreshold(metres: nil, pictureHeights: fallback?.pictureHeights ?? 0, pixels: value)
            case "%": return LengthThreshold(metres: nil, pictureHeights: value / 100)
            default: return LengthThreshold(metres: value, pictureHeights: fallback?.pictureHeights ?? 0)
            }
        }
        refuse(key, at: mark, found: scalar.inWords, allowed: allowed)
        return nil
    }
}
