import Domain
import Yams

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
        return marks
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
