import Domain

/// One frame, as the rules see it.
struct RuleContext: Sendable {
    let seconds: Double
    let frameSize: FrameSize
    let scene: CameraScene

    /// Pixels per picture height.
    var height: Double { Double(frameSize.height) }

    /// Metres per picture height, where the camera has a scale.
    var metres: Double? { scene.pictureHeightMetres }

    /// Whether `region` touches the picture's edge at the side asked for, within two rows of the gate's coarse grid.
    func touchesBottom(_ region: Region) -> Bool { Double(region.endY) >= height * 0.985 }
    func touchesTop(_ region: Region) -> Bool { Double(region.y) <= height * 0.015 }
    func touchesSide(_ region: Region) -> Bool {
        region.x <= frameSize.width / 70 || region.endX >= frameSize.width - frameSize.width / 70
    }

    /// Where a region stands on the floor: the middle of its lower edge.
    func foot(_ region: Region) -> Point {
        Point(x: region.center.x, y: min(Double(region.endY), height) - 1)
    }
}
