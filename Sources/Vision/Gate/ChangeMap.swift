import Domain

/// How much each part of the picture differs from the background, at the gate's resolution: a hint for the network.
public struct ChangeMap: Sendable {
    /// Of the map.
    public var size: FrameSize
    /// Of the picture it was made from.
    public var frameSize: FrameSize
    /// `size.area` values row by row: 0 is the background, 255 at ten or more standard deviations of its noise.
    public var values: [UInt8]

    public init(size: FrameSize, frameSize: FrameSize, values: [UInt8]) {
        self.size = size
        self.frameSize = frameSize
        self.values = values
    }
}
