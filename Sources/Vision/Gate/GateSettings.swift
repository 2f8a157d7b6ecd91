/// How the motion gate sees. The defaults suit fixed indoor cameras at 5 to 30 frames a second.
public struct GateSettings: Hashable, Sendable {
    /// Width the picture is reduced to, about, in pixels; whole factors only.
    public var width = 320
    /// How long the scene is learned before anything is reported, in seconds.
    public var warmUpSeconds = 2.0
    /// How long after a light switch or a camera move, once the picture is calm, in seconds.
    public var relearnSeconds = 1.0
    /// How long the picture must be calm after a global change before it is learned again, in seconds.
    public var calmSeconds = 0.7
    /// Time constant with which the background follows slow changes where nothing was seen, in seconds.
    public var backgroundSeconds = 5.0
    /// Something that stands still becomes background after this long, in seconds.
    public var absorbSeconds = 60.0
    /// Distance in time over which pixels are compared to tell what moves, in seconds.
    public var movingSpanSeconds = 0.1
    /// A pixel differs for sure beyond this many grey levels and this many standard deviations of its noise.
    public var strongLevels = 6.0
    public var strongDeviations = 5.0
    /// A pixel beside a sure one differs beyond these (hysteresis, after Canny 1986).
    public var weakLevels = 3.5
    public var weakDeviations = 2.8
    /// Blobs below this part of the picture are noise.
    public var minBlobFraction = 0.0003
    /// Blobs kept per frame, the largest first.
    public var maxBlobs = 48
    /// Shake up to this many gate pixels is compensated; beyond it the view has changed.
    public var maxShift = 4
    /// Part of the picture that must change at once to count as a global change.
    public var globalFraction = 0.4

    public init() {}
}
