/// Why marks give no scale, in words that say what to do.
public enum CalibrationError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooFewMarks
    /// Three of the points lie on a line, or two are the same.
    case pointsDegenerate
    /// The upright things stand at the same distance, or contradict each other.
    case uprightsUnclear
    /// The camera would be at an impossible place.
    case implausible(heightMetres: Double)

    public var description: String {
        switch self {
        case .tooFewMarks: "give at least four floor points, or the feet and heads of at least two upright things"
        case .pointsDegenerate: "the floor points don't span an area: choose the corners of a large rectangle, in order"
        case .uprightsUnclear:
            "the heights contradict each other: mark two things of known height, one near, one far, foot and head"
        case .implausible(let height):
            "the camera would be \(Int(clamping: height.rounded())) m above the floor: check the order of the points and the metres"
        }
    }
}
