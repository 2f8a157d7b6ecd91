import Domain
import Yams

extension Section {
    /// A length with its unit: `0.8 m`, `8 %` (of the picture's height) or `40 px`; with `perSecond`, `2 m/s` and so on.
    /// - Returns: nil when there is none, or a wrong one, which has been reported.
    func threshold(_ key: String, default fallback: LengthThreshold, perSecond: Bool = false) -> LengthThreshold? {
        guard let (node, mark) = node(key) else { return nil }
        let suffix = perSecond ? "/s" : ""
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
            case "px": return LengthThreshold(metres: nil, pictureHeights: fallback.pictureHeights, pixels: value)
            case "%": return LengthThreshold(metres: nil, pictureHeights: value / 100)
            default: return LengthThreshold(metres: value, pictureHeights: fallback.pictureHeights)
            }
        }
        refuse(key, at: mark, found: scalar.inWords, allowed: allowed)
        return nil
    }

    /// A point `[x, y]` in fractions of the picture.
    static func fraction(_ node: Node, name: String, mark: Position, _ context: ReadingContext) -> Point? {
        pair(node, name: name, mark: mark, context, in: 0...1, "fractions of the picture's width and height")
    }

    /// Two numbers `[x, y]`.
    static func pair(
        _ node: Node, name: String, mark: Position, _ context: ReadingContext, in range: ClosedRange<Double>,
        _ what: String
    ) -> Point? {
        let allowed = "allowed: [x, y], each from \(Int(range.lowerBound)) to \(Int(range.upperBound)): \(what)"
        guard case .sequence(let pair) = node, pair.count == 2 else {
            context.problem(mark, found: "\(name) is \(node.kindInWords)", allowed: allowed)
            return nil
        }
        let values = pair.compactMap { $0.scalar.flatMap { $0.isPlain ? decimal($0.string) : nil } }
        guard values.count == 2, values.allSatisfy(range.contains) else {
            let found = pair.compactMap { $0.scalar?.inWords }.joined(separator: ", ")
            context.problem(mark, found: "\(name) is [\(found)]", allowed: allowed)
            return nil
        }
        return Point(x: values[0], y: values[1])
    }

    /// The point under `key`, reported when it is missing.
    func point(_ key: String, in range: ClosedRange<Double> = 0...1, _ what: String) -> Point? {
        guard let (node, mark) = node(key) else {
            missing(key, allowed: "needed: [x, y], \(what)")
            return nil
        }
        return Self.pair(node, name: name(key), mark: mark, context, in: range, what)
    }
}
