/// Takes what happens to the pages that are open. Costs next to nothing while none is.
public protocol LiveEvents: Sendable {
    func publish(_ event: LiveEvent)
    /// Whether somebody wants the scenes of this camera drawn.
    func wantsScenes(of camera: CameraID) -> Bool
    /// Whether somebody wants to see what the rules of this camera measure.
    func wantsScores(of camera: CameraID) -> Bool
}
