import Domain

/// What is known of a camera's surroundings.
public struct CameraScene: Hashable, Sendable {
    public var camera: CameraID
    /// All of the picture is floor but for racks and what is ignored.
    public var zones: [Zone]
    /// How many metres an upright object as tall as the picture would have, at the distance that matters, > 0; nil where
    /// nobody measured it. A person of 1.8 m who takes a quarter of the picture's height gives 7.2.
    public var pictureHeightMetres: Double?
    /// The measured scale; where it is given, it counts instead of `pictureHeightMetres`.
    public var calibration: CameraCalibration?

    public init(
        camera: CameraID, zones: [Zone] = [], pictureHeightMetres: Double? = nil, calibration: CameraCalibration? = nil
    ) {
        self.camera = camera
        self.zones = zones
        self.calibration = calibration
        self.pictureHeightMetres = pictureHeightMetres.flatMap { $0 > 0 ? $0 : nil }
    }

    /// The camera as calibrated, for frames of `size`; nil without a calibration.
    /// Takes some milliseconds: the engine does it once for each size and hands it to the rules (``RuleContext``).
    public func floorCamera(for size: FrameSize) throws(CalibrationError) -> FloorCamera? {
        guard let calibration, size.width > 0, size.height > 0 else { return nil }
        return try FloorCamera(calibration, size: size)
    }

    /// Whether what happens at `point` counts for nothing.
    func isIgnored(_ point: Point, in size: FrameSize) -> Bool {
        zones.contains { $0.kind == .ignore && $0.contains(point, in: size) }
    }

    /// Whether a person has said that there is floor at `point`.
    func isDrawnFloor(_ point: Point, in size: FrameSize) -> Bool {
        zones.contains { $0.kind.isFloor && $0.contains(point, in: size) }
    }

    /// Whether `point` lies on a floor: anywhere but in a rack, and there too where a zone of a floor is drawn over it. A zone
    /// that is drawn in one place takes nothing from the others.
    func isFloor(_ point: Point, in size: FrameSize) -> Bool {
        isDrawnFloor(point, in: size) || !zones.contains { $0.kind == .rack && $0.contains(point, in: size) }
    }

    /// Whether any place of the picture is a floor that counts, by a grid of 48 × 27 points.
    var hasFloor: Bool {
        let grid = FrameSize(width: 48, height: 27)
        return (0..<grid.area).contains { index in
            let point = Point(x: Double(index % grid.width) + 0.5, y: Double(index / grid.width) + 0.5)
            return isFloor(point, in: grid) && !isIgnored(point, in: grid)
        }
    }

    /// The zone that best says where `point` is: a walkway before another floor, the smallest of equals.
    func zone(at point: Point, in size: FrameSize) -> Zone? {
        zones.filter { $0.kind != .ignore && $0.contains(point, in: size) }.min {
            ($0.kind == .walkway ? 0 : 1, $0.polygon.area) < ($1.kind == .walkway ? 0 : 1, $1.polygon.area)
        }
    }
}

extension Zone.Kind {
    /// Whether people and liquids can be there.
    var isFloor: Bool {
        switch self {
        case .floor, .walkway, .storage: true
        case .rack, .ignore: false
        }
    }
}
