import Domain

/// The square part of a picture that the network looks at, in whole pixels; may reach outside the picture.
struct CropWindow: Hashable, Sendable {
    /// Pixels of the picture; below it a crop shows nothing but blur.
    static let smallestSide = 24.0

    var x: Int
    var y: Int
    var side: Int

    var region: Region { Region(x: x, y: y, width: side, height: side) }

    /// A window of about `side` pixels around `centre`, moved so that it shows as much of the picture as it can.
    init(around centre: Point, side: Double, in frame: FrameSize) {
        let longer = Double(max(frame.width, frame.height))
        let wanted = max(Self.smallestSide, min(side.isFinite ? side : longer, 1.1 * longer))
        // Sizes on a ladder of some 3 %: scaling tables for them are found again instead of made anew at each step.
        let step = max(1, Int(wanted / 32))
        self.side = (Int(wanted.rounded()) + step - 1) / step * step
        x = Self.origin(centre.x, self.side, frame.width)
        y = Self.origin(centre.y, self.side, frame.height)
    }

    private static func origin(_ centre: Double, _ side: Int, _ length: Int) -> Int {
        guard side < length, centre.isFinite else { return (length - side) / 2 }
        let origin = Int((min(max(centre, 0), Double(length)) - Double(side) / 2).rounded())
        return min(max(origin, 0), length - side)
    }
}
