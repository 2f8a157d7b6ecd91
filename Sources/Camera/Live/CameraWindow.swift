import Domain
import Foundation
import Incidents
import Media
import Settings
import Synchronization

/// What pages see of one camera: its video, its pictures, its state. Media times that come in and go out are those of the
/// recorded stream, which is the one that is shown.
public final class CameraWindow: Sendable {
    private struct State {
        var camera: CameraConfiguration
        var connection = CameraView.State.connecting
        var text = ""
        var reconnects = -1
        var lastScenePublished = -Double.infinity
        var lastCentroids: [TrackID: (Point, Double)] = [:]
        var scores = ScoreCollector()
        var lastScoresPublished = -Double.infinity
    }

    /// Scenes a second at most that are handed to pages.
    private static let sceneStepSeconds = 0.095
    /// Seconds between two rounds of rule scores.
    private static let scoresStepSeconds = 0.25
    /// How long after a picture was asked for frames are kept.
    private static let keepSeconds = 10.0
    /// An analysed frame older than this is not the present picture.
    private static let staleSeconds = 1.0

    public let recorded: PacketRing
    public let broadcast: LiveBroadcast
    private let analysed: PacketRing
    private let recent: RecentFrames
    private let clock: any WallClock
    private let state: Mutex<State>

    init(camera: CameraConfiguration, recorded: PacketRing, analysed: PacketRing, clock: any WallClock) {
        state = Mutex(State(camera: camera))
        self.recorded = recorded
        self.analysed = analysed
        self.clock = clock
        broadcast = LiveBroadcast(ring: recorded, clock: clock)
        recent = RecentFrames(clock: clock)
    }

    private var hasTwoStreams: Bool { recorded !== analysed }

    // MARK: State

    /// As it is configured now.
    public var camera: CameraConfiguration { state.withLock { $0.camera } }

    func change(to camera: CameraConfiguration) { state.withLock { $0.camera = camera } }

    /// How often the connection came back.
    public var reconnects: Int { state.withLock { max(0, $0.reconnects) } }

    /// As pages list it.
    public var view: CameraView {
        let (camera, connection, text) = state.withLock { ($0.camera, $0.connection, $0.text) }
        let parameters = recorded.parameters
        return CameraView(
            id: camera.id, name: camera.name, state: connection, stateText: text, codec: parameters?.mimeCodec,
            frameSize: parameters?.frameSize, framesPerSecond: parameters?.info.framesPerSecond, zones: camera.zones,
            pictureHeightMetres: camera.pictureHeightMetres)
    }

    func note(_ connection: LiveSource.State) {
        state.withLock { state in
            switch connection {
            case .connecting:
                // A camera that is offline stays so until it sends something.
                if state.connection != .offline { state.connection = .connecting }
            case .online:
                state.connection = .online
                state.text = ""
                state.reconnects += 1
            case .offline(let error, _):
                state.connection = .offline
                state.text = "\(error)"
            }
        }
    }

    // MARK: Time

    /// A moment of the analysed stream on the shown stream's line.
    public func shown(_ time: MediaTime, date: Date) -> MediaTime {
        hasTwoStreams ? recorded.time(at: date) ?? time : time
    }

    // MARK: Frames

    /// Takes each analysed frame.
    /// - Returns: Whether a page wants its scene now.
    func take(_ frame: VideoFrame, events: any LiveEvents) -> Bool {
        let wantsScenes = events.wantsScenes(of: camera.id)
        if wantsScenes || broadcast.viewerCount > 0 { recent.want(seconds: Self.keepSeconds) }
        recent.append(frame)
        guard wantsScenes else { return false }
        let now = clock.monotonicSeconds()
        return state.withLock { state in
            guard now - state.lastScenePublished >= Self.sceneStepSeconds else { return false }
            state.lastScenePublished = now
            return true
        }
    }

    /// What the rules measured, for pages; some times a second, and of each value the one that is nearest to firing.
    /// - Returns: Nil when nobody asked, and between two of those times.
    func scores(_ output: PipelineOutput) -> LiveScores? {
        guard !output.scores.isEmpty, let taken = collect(output.scores) else { return nil }
        let scores = taken.map { score in
            LiveScores.Score(
                rule: score.kind.rawValue, name: score.ruleName, parameter: score.parameter, measured: score.measured,
                threshold: score.threshold, unit: score.unit, direction: score.direction, isMet: score.isMet,
                track: score.track)
        }
        return LiveScores(
            camera: camera.id, time: shown(output.observation.time, date: output.observation.date), scores: scores)
    }

    /// Adds a frame's rule scores to those of the frames before.
    /// - Returns: All of them when it is time to show them.
    private func collect(_ scores: [RuleScore]) -> [RuleScore]? {
        let now = clock.monotonicSeconds()
        return state.withLock { state in
            state.scores.add(scores)
            guard now - state.lastScoresPublished >= Self.scoresStepSeconds else { return nil }
            state.lastScoresPublished = now
            return state.scores.take()
        }
    }

    /// Speeds in picture heights a second, from the scene before.
    func speeds(_ observation: SceneObservation) -> [TrackID: Double] {
        let height = Double(max(1, observation.frameSize.height))
        let seconds = observation.time.seconds
        return state.withLock { state in
            var speeds: [TrackID: Double] = [:]
            var next: [TrackID: (Point, Double)] = [:]
            for track in observation.tracks {
                let place = track.sample.centroid
                if let (before, then) = state.lastCentroids[track.id], seconds > then, seconds - then < 2 {
                    speeds[track.id] = before.distance(to: place) / height / (seconds - then)
                }
                next[track.id] = (place, seconds)
            }
            state.lastCentroids = next
            return speeds
        }
    }

    /// The frame that was shown at `time` (nil: the newest), as the analysis sees it.
    /// - Throws: ``PortFailure``.
    public func frame(at time: MediaTime?) async throws -> VideoFrame {
        recent.want(seconds: Self.keepSeconds)
        guard let time else {
            // In a still scene the last frame that was analysed may be some seconds old.
            let now = analysed.statistics.newest
            if let newest = recent.newest,
                now.map({ ($0.seconds(since: newest.time) ?? 0) < Self.staleSeconds }) ?? true
            {
                return newest
            }
            return try await decode(analysed, at: nil)
        }
        let date = recorded.date(at: time)
        let own = hasTwoStreams ? date.flatMap(analysed.time(at:)) : time
        if let own, let frame = recent.frame(at: own) { return frame }
        if let own, hasTwoStreams, let frame = try? await decode(analysed, at: own) { return frame }
        return try await decode(recorded, at: time)
    }

    private func decode(_ ring: PacketRing, at time: MediaTime?) async throws -> VideoFrame {
        let frame: VideoFrame?
        do {
            frame = try await BlockingWork.shared.run { try StillFrames.shown(in: ring, at: time) }
        } catch {
            throw PortFailure.offline("The picture can't be decoded: \(error)")
        }
        if let frame { return frame }
        if time != nil, ring.parameters != nil {
            throw PortFailure.conflict("This moment is no longer in memory; click on a newer picture.")
        }
        throw PortFailure.offline("\(camera.name) has not sent a picture yet.")
    }
}

/// Collects what the rules measure between two looks of a page: of each threshold the value that came nearest to it, so that
/// a short peak isn't lost.
private struct ScoreCollector {
    private struct Key: Hashable {
        var kind: String
        var name: String?
        var parameter: String
    }

    private var held: [Key: RuleScore] = [:]

    mutating func add(_ scores: [RuleScore]) {
        for score in scores {
            let key = Key(kind: score.kind.rawValue, name: score.ruleName, parameter: score.parameter)
            if let before = held[key], !score.isNearer(than: before) { continue }
            held[key] = score
        }
    }

    /// All that was collected, in a fixed order; begins anew.
    mutating func take() -> [RuleScore] {
        defer { held.removeAll(keepingCapacity: true) }
        return held.sorted { first, second in
            (first.key.kind, first.key.name ?? "", first.key.parameter)
                < (second.key.kind, second.key.name ?? "", second.key.parameter)
        }.map(\.value)
    }
}
