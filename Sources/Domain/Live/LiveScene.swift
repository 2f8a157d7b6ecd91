/// What was seen in one frame, for drawing over the live video.
public struct LiveScene: Hashable, Sendable {
    public struct FollowedTrack: Hashable, Sendable {
        public var id: FollowedObjectID
        public var name: String

        public init(id: FollowedObjectID, name: String) {
            self.id = id
            self.name = name
        }
    }

    public var camera: CameraID
    /// On the time line of the live video.
    public var time: MediaTime
    public var observation: SceneObservation
    /// Which of its tracks show objects that a person marked.
    public var followed: [TrackID: FollowedTrack]
    /// Picture heights per second.
    public var speeds: [TrackID: Double]

    public init(
        camera: CameraID, time: MediaTime, observation: SceneObservation, followed: [TrackID: FollowedTrack] = [:],
        speeds: [TrackID: Double] = [:]
    ) {
        self.camera = camera
        self.time = time
        self.observation = observation
        self.followed = followed
        self.speeds = speeds
    }
}
