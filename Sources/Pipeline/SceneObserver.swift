import Domain
import Media

/// Sees what is in a frame. Frames of one camera come in order, one at a time.
public protocol SceneObserver: AnyObject, Sendable {
    func observe(_ frame: VideoFrame) async throws -> SceneObservation
}
