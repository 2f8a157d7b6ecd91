import Domain
import Foundation

/// A frame's tracks as an event shows them.
struct SceneView: Encodable {
    struct TrackView: Encodable {
        var id: TrackID
        var origin: Track.Origin
        var phase: String
        var region: Region
        var centroid: Point
        var area: Double
        var speed: Double?
        var mask: Mask?
        var quality: Double?
        var follow: String?
        var name: String?
    }

    var camera: CameraID
    var time: MediaTime
    var date: Date
    var size: FrameSize
    var isWarm: Bool
    var globalChange: String?
    var tracks: [TrackView]

    init(_ scene: LiveScene) {
        camera = scene.camera
        time = scene.time
        date = scene.observation.date
        size = scene.observation.frameSize
        isWarm = scene.observation.isWarm
        globalChange = scene.observation.globalChange?.rawValue
        tracks = scene.observation.tracks.map { track in
            let followed = scene.followed[track.id]
            return TrackView(
                id: track.id, origin: track.origin, phase: Self.phase(track.phase), region: track.sample.region,
                centroid: track.sample.centroid, area: track.sample.area, speed: scene.speeds[track.id],
                mask: track.sample.mask, quality: track.sample.quality, follow: followed?.id.rawValue,
                name: followed?.name)
        }
    }

    private static func phase(_ phase: TrackObservation.Phase) -> String {
        switch phase {
        case .appeared: "appeared"
        case .continued: "continued"
        case .lost: "lost"
        case .ended: "ended"
        }
    }
}
