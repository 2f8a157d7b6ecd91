import Domain

/// A picture in memory: red, green, blue, one byte each, row by row.
public struct RGBImage: Hashable, Sendable {
    public var size: FrameSize
    /// `size.area * 3` bytes.
    public var pixels: [UInt8]

    public init(size: FrameSize, pixels: [UInt8]) {
        self.size = size
        self.pixels = pixels
    }

    /// A picture of one colour.
    public init(size: FrameSize, red: UInt8 = 0, green: UInt8 = 0, blue: UInt8 = 0) {
        self.size = size
        pixels = []
        pixels.reserveCapacity(size.area * 3)
        for _ in 0..<size.area { pixels.append(contentsOf: [red, green, blue]) }
    }
}
