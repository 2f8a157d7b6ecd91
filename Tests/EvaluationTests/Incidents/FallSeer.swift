import Camera
import Domain
import Media
import Synchronization

/// Sees a box fall 2 s after the first frame, whatever the frames show; remembers what it was shown.
final class FallSeer: SceneObserver {
    struct Seen: Hashable {
        var size: FrameSize
        var seconds: Double
    }

    let seen = Mutex<[Seen]>([])

    func observe(_ frame: VideoFrame) async throws -> SceneObservation {
        seen.withLock { $0.append(Seen(size: frame.size, seconds: frame.time.seconds)) }
        let t = frame.time.seconds - 2
        let fallen = min(90, 400 * max(0, t) * max(0, t) / 2)
        let cues = MotionCues(
            movingFraction: fallen < 90 ? 0.7 : 0, containment: 0.7, textureSimilarity: 0, lumaRatio: 1,
            textureRatio: 1)
        let sample = TrackSample(
            seconds: frame.time.seconds, region: Region(x: 100, y: 40 + Int(fallen), width: 20, height: 20),
            centroid: Point(x: 110, y: 50 + fallen), area: 400, cues: cues)
        let track = TrackObservation(id: TrackID(rawValue: 1), origin: .motion, phase: .continued, sample: sample)
        return SceneObservation(
            time: frame.time, date: frame.date, frameSize: frame.size, tracks: t >= 0 ? [track] : [])
    }
}
