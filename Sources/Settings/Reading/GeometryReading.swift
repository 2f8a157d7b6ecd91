import Domain
import Incidents
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

/// `calibration` of a camera: what a person measured in a minute.
enum CalibrationConfiguration {
    static func read(_ camera: Section) -> CameraCalibration? {
        guard camera.node("calibration") != nil else { return nil }
        let section = camera.section("calibration")
        var marks = CameraCalibration()
        marks.horizontalFieldOfViewDegrees = section.number(
            "field_of_view_degrees", in: 10...170, unit: "degrees, from the left edge to the right")
        marks.floorPoints = section.sections("floor_points", of: "points").compactMap { point in
            let picture = point.point("picture", "where it is, in fractions of the picture")
            let metres = point.point("metres", in: -1000...1000, "how far it is along two axes of the floor")
            point.finish()
            guard let picture, let metres else { return nil }
            return CameraCalibration.FloorPoint(picture: picture, metres: metres)
        }
        if section.node("rectangle") != nil { marks.floorPoints += rectangle(section.section("rectangle")) }
        marks.uprights = section.sections("heights", of: "upright things").compactMap { upright in
            let foot = upright.point("foot", "where it stands, in fractions of the picture")
            let head = upright.point("head", "where its top is, in fractions of the picture")
            let metres = upright.number("metres", in: 0.1...50, unit: "metres")
            if upright.node("metres") == nil { upright.missing("metres", allowed: "needed: how tall it is") }
            upright.finish()
            guard let foot, let head, let metres else { return nil }
            return CameraCalibration.Upright(foot: foot, head: head, metres: metres)
        }
        section.finish()
        guard marks.floorPoints.count >= 4 || marks.uprights.count >= 2 else {
            section.context.problem(
                section.mark, found: "\(section.path) has too few marks",
                allowed: "give a \"rectangle\" on the floor, at least 4 \"floor_points\", or at least 2 \"heights\"")
            return nil
        }
        return solvable(marks, section) ? marks : nil
    }

    /// Pictures have these sizes, or the same upright. Which one the camera has is not known yet.
    private static let usualSizes = [(1920, 1080), (1600, 1200), (1280, 1024), (1080, 1920), (2560, 1080)]

    /// Refuses marks that give no scale: metres would count for nothing.
    private static func solvable(_ marks: CameraCalibration, _ section: Section) -> Bool {
        var reason: CalibrationError?
        for (width, height) in usualSizes {
            do {
                _ = try FloorCamera(marks, size: FrameSize(width: width, height: height))
                return true
            } catch {
                reason = reason ?? error
            }
        }
        let key = ["rectangle", "floor_points", "heights"].first { section.node($0) != nil }
        section.context.problem(
            key.flatMap { section.node($0)?.mark } ?? section.mark, found: "\(section.path) gives no scale",
            allowed: reason?.description ?? "mark other points")
        return false
    }

    /// A rectangle on the floor, such as a pallet's place: near left, near right, far right, far left.
    private static func rectangle(_ section: Section) -> [CameraCalibration.FloorPoint] {
        let width = section.number("width_metres", in: 0.1...1000, unit: "metres")
        let depth = section.number("depth_metres", in: 0.1...1000, unit: "metres")
        for key in ["width_metres", "depth_metres"] where section.node(key) == nil {
            section.missing(key, allowed: "needed: a length in metres")
        }
        let corners = section.items("corners", of: "corners")
        let points = corners.compactMap { Section.fraction($1, name: $0, mark: $2, section.context) }
        if points.count == corners.count, corners.count != 4 {
            section.refuse(
                "corners", at: section.node("corners")?.mark ?? section.mark, found: "a list of \(corners.count)",
                allowed: "four points [x, y]: near left, near right, far right, far left")
        }
        section.finish()
        guard points.count == 4, let width, let depth else { return [] }
        let floor = [Point(x: 0, y: 0), Point(x: width, y: 0), Point(x: width, y: depth), Point(x: 0, y: depth)]
        return zip(points, floor).map { CameraCalibration.FloorPoint(picture: $0, metres: $1) }
    }
}

// MARK: Points

extension Section {
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
