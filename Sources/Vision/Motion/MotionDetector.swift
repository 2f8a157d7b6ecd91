import Domain
import Media

/// How the motion detector sees. The defaults suit fixed indoor cameras at 5 to 30 frames a second.
public struct MotionSettings: Hashable, Sendable {
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
    /// Shake up to this many grid pixels is compensated; beyond it the view has changed.
    public var maxShift = 4
    /// Part of the picture that must change at once to count as a global change.
    public var globalFraction = 0.4

    public init() {}
}

/// Watches one fixed camera at its frame rate, on a small picture: what differs from the scene's background, and what
/// of it moves now. Keeps its buffers; one owner, one frame after another.
final class MotionDetector {
    /// The state of one frame.
    struct Status {
        var isWarm = false
        var globalChange: SceneObservation.GlobalChange?
        /// Part of the picture that moves.
        var movingFraction = 0.0
        /// The background was learned anew: nothing seen before counts any more.
        var restarted = false
    }

    let settings: MotionSettings
    /// Nil until the first frame, and anew for frames of another size.
    private(set) var core: MotionCore?
    private(set) var status = Status()

    init(settings: MotionSettings = MotionSettings()) { self.settings = settings }

    /// - Parameter seconds: media time; a step back or of more than 10 s starts the motion detector anew.
    func analyse(_ planes: FramePlanes, seconds: Double) {
        var fresh = false
        if core?.picture.frameSize != planes.size || core?.isContinuous(with: seconds) == false {
            core = MotionCore(frameSize: planes.size, settings: settings)
            fresh = true
        }
        guard let core else { return }
        status = core.analyse(planes, seconds: seconds)
        if fresh { status.restarted = true }
    }

    /// Forgets the scene; the next frame begins anew.
    func restart() { core = nil }
}

extension MotionDetector {
    /// Looks at the next frame of the camera.
    func analyse(_ frame: VideoFrame) {
        frame.withPlanes { y, u, v in
            guard let luma = y.bytes.baseAddress else { return }
            var planes = FramePlanes(size: frame.size, luma: luma, lumaStride: y.stride, chroma: nil)
            if let u = u.bytes.baseAddress, let second = v.bytes.baseAddress {
                planes.chroma = FramePlanes.Chroma(u: u, v: second, stride: v.stride)
            }
            analyse(planes, seconds: frame.time.seconds)
        }
    }
}
