import Camera
import Domain
import Foundation
import Incidents
import Media
import Synchronization

/// A feed that hands out small grey frames at the times given, then ends or fails.
final class ScriptedFeed: FrameFeed {
    let info = StreamInfo(codecName: "none", frameSize: FrameSize(width: 64, height: 36), framesPerSecond: 10)
    let skippedFrames: Int
    let pace: AnalysisPace
    private let failure: (any Error)?
    private let isDamaged: @Sendable (Double) -> Bool
    private let state: Mutex<(times: [MediaTime], isStopped: Bool)>

    init(
        times: [MediaTime], skipped: Int = 0, pace: AnalysisPace = .full(.configured), failure: (any Error)? = nil,
        isDamaged: @escaping @Sendable (Double) -> Bool = { _ in false }
    ) {
        state = Mutex((times.reversed(), false))
        skippedFrames = skipped
        self.pace = pace
        self.failure = failure
        self.isDamaged = isDamaged
    }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    func next() async throws -> VideoFrame? {
        try Task.checkCancellation()
        guard let time = state.withLock({ $0.times.popLast() }) else {
            if let failure { throw failure }
            return nil
        }
        return try VideoFrame(
            luma: [UInt8](repeating: 90, count: info.frameSize.area), size: info.frameSize, time: time,
            date: Date(timeIntervalSince1970: 1_780_000_000 + time.seconds), isDamaged: isDamaged(time.seconds))
    }

    func stop() { state.withLock { $0.isStopped = true } }
}

/// Sees what a script says at each time, and fails at those it was told.
final class ScriptedObserver: SceneObserver {
    struct Failure: Error, CustomStringConvertible { var description: String { "the picture is broken" } }

    private let script: @Sendable (Double) -> [TrackObservation]
    private let failsAt: @Sendable (Double) -> Bool
    private let asked = Mutex(0)

    /// How often it was asked whether it is at rest.
    var timesAsked: Int { asked.withLock { $0 } }
    var isAtRest: Bool {
        asked.withLock { $0 += 1 }
        return true
    }

    init(
        failsAt: @escaping @Sendable (Double) -> Bool = { _ in false },
        script: @escaping @Sendable (Double) -> [TrackObservation]
    ) {
        self.script = script
        self.failsAt = failsAt
    }

    func observe(_ frame: VideoFrame) async throws -> SceneObservation {
        if failsAt(frame.time.seconds) { throw Failure() }
        return SceneObservation(
            time: frame.time, date: frame.date, frameSize: FrameSize(width: 640, height: 360),
            tracks: script(frame.time.seconds))
    }
}

enum Script {
    static let camera = CameraID(rawValue: "dock")!

    static func engine() -> IncidentEngine {
        let ids = MonotonicID()
        return IncidentEngine(scene: CameraScene(camera: camera), makeID: { IncidentID(rawValue: ids.next(at: $0)) })
    }

    static func times(seconds: Double, framesPerSecond: Double = 10) -> [MediaTime] {
        (0..<Int(seconds * framesPerSecond)).map { MediaTime(seconds: Double($0) / framesPerSecond) }
    }

    /// A box of 40 pixels that falls by 130 pixels at 2 s, and lies.
    static func fall(_ seconds: Double) -> [TrackObservation] {
        guard seconds >= 2 else { return [] }
        let t = seconds - 2
        let fallen = min(130, 700 * t * t / 2)
        let centroid = Point(x: 300, y: 100 + fallen)
        return [
            TrackObservation(
                id: TrackID(rawValue: 1), origin: .motion, phase: t < 0.05 ? .appeared : .continued,
                sample: TrackSample(
                    seconds: seconds, region: Region(x: 280, y: 80 + Int(fallen), width: 40, height: 40),
                    centroid: centroid, area: 1600,
                    cues: MotionCues(
                        movingFraction: fallen < 130 ? 0.7 : 0, containment: 0.7, textureSimilarity: 0, lumaRatio: 1,
                        textureRatio: 1)))
        ]
    }
}
