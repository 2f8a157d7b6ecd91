import Domain

/// Watches one fixed camera at its frame rate, on a small picture: what differs from the scene's background, and what
/// of it moves now. Keeps its buffers; one owner, one frame after another.
final class MotionGate {
    /// The state of one frame.
    struct Status {
        var isWarm = false
        var globalChange: SceneObservation.GlobalChange?
        /// Part of the picture that moves.
        var movingFraction = 0.0
        /// The background was learned anew: nothing seen before counts any more.
        var restarted = false
    }

    let settings: GateSettings
    /// Nil until the first frame, and anew for frames of another size.
    private(set) var core: GateCore?
    private(set) var status = Status()

    init(settings: GateSettings = GateSettings()) { self.settings = settings }

    /// - Parameter seconds: media time; a step back or of more than 10 s starts the gate anew.
    func analyse(_ planes: PicturePlanes, seconds: Double) {
        var fresh = false
        if core?.picture.frameSize != planes.size || core?.isContinuous(with: seconds) == false {
            core = GateCore(frameSize: planes.size, settings: settings)
            fresh = true
        }
        guard let core else { return }
        status = core.analyse(planes, seconds: seconds)
        if fresh { status.restarted = true }
    }

    /// Forgets the scene; the next frame begins anew.
    func restart() { core = nil }
}
