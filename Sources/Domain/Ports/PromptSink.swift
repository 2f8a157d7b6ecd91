public import Foundation

/// Takes what people click. Every call throws ``PortFailure`` when it can't be done.
public protocol PromptSink: Sendable {
    /// Masks for a click, at once; nothing is kept.
    func segment(_ click: PictureClick, camera: CameraID) async throws -> SegmentAnswer
    /// Follows what was clicked from now on, and over restarts.
    /// - Parameter candidate: Which of the masks that `segment` gave for the same click.
    func follow(
        _ click: PictureClick, camera: CameraID, candidate: Int, name: String,
        conditions: Set<FollowedObject.Condition>, by: String
    ) async throws -> FollowView
    /// Says anew what the object is.
    func correct(_ id: FollowedObjectID, click: PictureClick) async throws -> FollowView
    /// Nil leaves as it is.
    func change(
        _ id: FollowedObjectID, name: String?, conditions: Set<FollowedObject.Condition>?
    ) async throws -> FollowView
    func unfollow(_ id: FollowedObjectID) async throws
    /// Oldest first.
    func follows() async -> [FollowView]
    /// The picture that was clicked, as JPEG.
    func picture(of id: FollowedObjectID) async throws -> Data
}

/// What a click on a picture found.
public struct SegmentAnswer: Hashable, Sendable {
    /// The frame that was clicked, on the time line of the live video (or of the clip).
    public var time: MediaTime
    public var frameSize: FrameSize
    /// Up to three, best first.
    public var candidates: [MaskCandidate]

    public init(time: MediaTime, frameSize: FrameSize, candidates: [MaskCandidate]) {
        self.time = time
        self.frameSize = frameSize
        self.candidates = candidates
    }
}
