import Domain
import Yams

/// Reads `zones` of a camera.
enum ZoneReader {
    private static let maxPoints = 100

    static func zones(in camera: Section) -> [Zone] {
        var names: Set<String> = []
        return camera.sections("zones", of: "zones").compactMap { section in
            let name = section.text("name")
            if section.node("name") == nil {
                section.missing("name", allowed: "needed: what people call it, as in \"loading bay\"")
            }
            let kind: Zone.Kind? = section.choice("kind")
            if section.node("kind") == nil {
                let kinds = Zone.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                section.missing("kind", allowed: "needed: one of \(kinds)")
            }
            let polygon = polygon(in: section)
            section.finish()
            guard let name, let kind, let polygon else { return nil }
            guard names.insert(name.value).inserted else {
                section.refuse(
                    "name", at: name.mark, found: "\"\(ReadingContext.clip(name.value))\" a second time",
                    allowed: "a name that no other zone of this camera has")
                return nil
            }
            return Zone(name: name.value, kind: kind, polygon: polygon)
        }
    }

    private static func polygon(in section: Section) -> Polygon? {
        let allowed = "at least 3 points [x, y] in fractions of the picture, each from 0 to 1"
        guard let (node, mark) = section.node("polygon") else {
            section.missing("polygon", allowed: "needed: \(allowed)")
            return nil
        }
        guard case .sequence(let items) = node else {
            section.refuse("polygon", at: mark, found: node.kindInWords, allowed: allowed)
            return nil
        }
        guard (3...maxPoints).contains(items.count) else {
            section.refuse(
                "polygon", at: mark, found: "a list of \(items.count) points",
                allowed: items.count < 3 ? allowed : "at most \(maxPoints) points")
            return nil
        }
        var points: [Point] = []
        for (index, item) in items.enumerated() {
            guard
                let point = point(
                    item, name: "\(section.name("polygon"))[\(index)]", mark: item.position ?? mark, section)
            else { return nil }
            points.append(point)
        }
        let polygon = Polygon(points: points)
        guard polygon.area > 1e-6, !crossesItself(points) else {
            section.refuse(
                "polygon", at: mark, found: "an outline that crosses itself or encloses nothing",
                allowed: "points in their order around the zone")
            return nil
        }
        return polygon
    }

    private static func point(_ node: Node, name: String, mark: Position, _ section: Section) -> Point? {
        let allowed = "allowed: [x, y], each from 0 to 1: fractions of the picture's width and height"
        guard case .sequence(let pair) = node, pair.count == 2 else {
            let found = node.sequence.map { "a list of \($0.count)" } ?? node.kindInWords
            section.context.problem(mark, found: "\(name) is \(found)", allowed: allowed)
            return nil
        }
        let values = pair.compactMap { $0.scalar.flatMap { $0.isPlain ? Section.decimal($0.string) : nil } }
        guard values.count == 2 else {
            section.context.problem(mark, found: "\(name) is not two numbers", allowed: allowed)
            return nil
        }
        guard values.allSatisfy((0.0...1.0).contains) else {
            let found = pair.compactMap { $0.scalar?.inWords }.joined(separator: ", ")
            let advice = values.contains { $0 > 1 } ? "; divide pixels by the picture's width and height" : ""
            section.context.problem(mark, found: "\(name) is [\(found)]", allowed: allowed + advice)
            return nil
        }
        return Point(x: values[0], y: values[1])
    }

    /// Whether any two sides that don't share a corner meet.
    private static func crossesItself(_ points: [Point]) -> Bool {
        func side(_ a: Point, _ b: Point, _ c: Point) -> Double {
            (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
        }
        let count = points.count
        for i in 0..<count {
            for j in (i + 1)..<count where j != i + 1 && !(i == 0 && j == count - 1) {
                let (a, b, c, d) = (points[i], points[(i + 1) % count], points[j], points[(j + 1) % count])
                if side(a, b, c) * side(a, b, d) < 0, side(c, d, a) * side(c, d, b) < 0 { return true }
            }
        }
        return false
    }
}
