import Domain

/// Masks whose scores can be worked out elsewhere.
enum Shapes {
    static func mask(_ size: FrameSize, _ isInside: (Int, Int) -> Bool) -> Mask {
        Mask(size: size, bitmap: (0..<size.area).map { isInside($0 % size.width, $0 / size.width) ? 1 : 0 })
    }

    static func disk(_ size: FrameSize, x: Int, y: Int, radius: Int) -> Mask {
        mask(size) { ($0 - x) * ($0 - x) + ($1 - y) * ($1 - y) <= radius * radius }
    }

    static func rectangle(_ size: FrameSize, _ region: Region) -> Mask {
        mask(size) { region.contains(Point(x: Double($0), y: Double($1))) }
    }

    static func union(_ a: Mask, _ b: Mask) -> Mask {
        Mask(size: a.size, bitmap: zip(a.bitmap(), b.bitmap()).map { max($0, $1) })
    }
}
