/// The cameras as they are now.
public protocol LiveFeed: Sendable {
    /// In the order of the configuration.
    func cameras() -> [CameraView]
    /// The camera's video from its last key frame on, by stream copy: the same bytes for every viewer.
    /// - Throws: ``PortFailure``.
    func video(of camera: CameraID) async throws -> LiveVideo
    /// The newest picture, or the one that is shown at `time` of the live video, as far back as the ring reaches.
    /// - Parameter maxWidth: Wider pictures are scaled down.
    /// - Throws: ``PortFailure``.
    func picture(of camera: CameraID, at time: MediaTime?, maxWidth: Int?) async throws -> LivePicture
}
