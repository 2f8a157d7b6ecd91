import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// Server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).
struct EventRoutes: Sendable {
    let api: APIRouter
    /// Between two lines that say nothing, so that proxies keep the connection and a client that left is noticed.
    static let heartbeatSeconds = 15.0

    func add() {
        let hub = api.services.hub, clock = api.clock
        api.on(.get, "/events", role: .viewer) { call in
            let names = call.queries("camera")
            let cameras = try names.map { try call.camera($0) }
            let filter = EventHub.Filter(
                cameras: cameras.isEmpty ? call.principal.cameras : Set(cameras),
                isLimited: call.principal.cameras != nil, wantsScenes: try call.flag("tracks"),
                wantsScores: try call.flag("scores"))
            return StreamBody.response(call, api: api, headers: [.contentType: "text/event-stream"]) { output in
                let subscription = hub.subscribe(filter)
                defer { subscription.cancel() }
                try await output.write(ByteBuffer(string: "retry: 2000\n\n: welcome\n\n"))
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    defer { tasks.cancelAll() }
                    tasks.addTask {
                        while true {
                            try await clock.sleep(seconds: Self.heartbeatSeconds)
                            subscription.sendHeartbeat()
                        }
                    }
                    for await event in subscription.events { try await output.write(event) }
                }
            }
        }
    }
}

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

/// What the rules measured in a frame, as an event shows it.
struct ScoresView: Encodable {
    struct ScoreView: Encodable {
        var rule: String
        var name: String?
        var parameter: String
        var measured: Double
        var threshold: Double
        var unit: String
        var direction: ThresholdDirection
        var met: Bool
        var track: TrackID?
    }

    var camera: CameraID
    var time: MediaTime
    var scores: [ScoreView]

    init(_ scores: LiveScores) {
        camera = scores.camera
        time = scores.time
        // JSON has no word for what can't be measured.
        self.scores = scores.scores.filter { $0.measured.isFinite && $0.threshold.isFinite }.map {
            ScoreView(
                rule: $0.rule, name: $0.name, parameter: $0.parameter, measured: $0.measured, threshold: $0.threshold,
                unit: $0.unit, direction: $0.direction, met: $0.isMet, track: $0.track)
        }
    }
}
