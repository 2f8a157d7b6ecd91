import Domain
import Foundation
import TestSupport

/// Makes observations by formula: actors say where they are at each moment.
struct SceneBuilder {
    /// What one actor shows at one moment.
    struct Look {
        var x: Double
        var y: Double
        var width: Double
        var height: Double
        /// Part of the bounding box that is covered.
        var fill = 1.0
        var cues = MotionCues(
            movingFraction: 0, containment: 1, textureSimilarity: 0.05, lumaRatio: 1.2, textureRatio: 1.1)

        func moving(_ fraction: Double, containment: Double) -> Look {
            var copy = self
            copy.cues.movingFraction = fraction
            copy.cues.containment = containment
            return copy
        }
    }

    /// Where it is at `seconds`, its centre in fractions of the picture's height; nil while it can't be seen.
    typealias Actor = (_ seconds: Double) -> Look?

    var framesPerSecond = 10.0
    var size = FrameSize(width: 640, height: 360)
    var seconds = 8.0
    var epoch = 0
    var zones: [Zone] = []
    var actors: [Actor] = []
    /// Standard deviation of the centroid's noise, in picture heights.
    var noise = 0.0015
    var globalChange: (_ seconds: Double) -> SceneObservation.GlobalChange? = { _ in nil }
    var isWarm: (_ seconds: Double) -> Bool = { _ in true }

    static let startDate = Date(timeIntervalSince1970: 1_780_000_000)

    func recording() -> SceneRecording {
        SceneRecording(framesPerSecond: framesPerSecond, zones: zones, observations: observations())
    }

    func observations() -> [SceneObservation] {
        var generator = SeededGenerator(seed: 7)
        var seen: Set<Int> = []
        var present: Set<Int> = []
        var last: [Int: TrackSample] = [:]
        return (0..<Int(seconds * framesPerSecond)).map { frame in
            let time = Double(frame) / framesPerSecond
            var tracks: [TrackObservation] = []
            for (index, actor) in actors.enumerated() {
                let id = TrackID(rawValue: index + 1)
                guard let look = actor(time) else {
                    if present.remove(index) != nil, let sample = last[index] {
                        tracks.append(TrackObservation(id: id, origin: .motion, phase: .ended, sample: sample))
                    }
                    continue
                }
                let sample = sample(look, time, &generator)
                last[index] = sample
                present.insert(index)
                let phase: TrackObservation.Phase = seen.insert(index).inserted ? .appeared : .continued
                tracks.append(TrackObservation(id: id, origin: .motion, phase: phase, sample: sample))
            }
            return SceneObservation(
                time: MediaTime(epoch: epoch, seconds: time), date: Self.startDate.addingTimeInterval(time),
                frameSize: size,
                tracks: tracks, globalChange: globalChange(time), isWarm: isWarm(time))
        }
    }

    private func sample(_ look: Look, _ seconds: Double, _ generator: inout SeededGenerator) -> TrackSample {
        let height = Double(size.height)
        // The sum of four uniform numbers, of variance 1.
        func normal() -> Double {
            (0..<4).map { _ in Double.random(in: -1...1, using: &generator) }.reduce(0, +) * 0.866
        }
        let x = (look.x + normal() * noise) * height, y = (look.y + normal() * noise) * height
        let width = look.width * height, tall = look.height * height
        let region = Region(
            x: Int((x - width / 2).rounded()), y: Int((y - tall / 2).rounded()), width: max(1, Int(width.rounded())),
            height: max(1, Int(tall.rounded())))
        return TrackSample(
            seconds: seconds, region: region.clamped(to: size), centroid: Point(x: x, y: y),
            area: width * tall * look.fill,
            cues: look.cues)
    }
}

extension SceneBuilder.Look {
    /// A box of 0.12 × 0.12 picture heights.
    static func box(x: Double, y: Double, moving: Bool) -> SceneBuilder.Look {
        let look = SceneBuilder.Look(x: x, y: y, width: 0.12, height: 0.12)
        return moving ? look.moving(0.8, containment: 0.6) : look
    }
}

/// Positions over time, in picture heights.
enum Motion {
    /// Free fall of `drop` from `top`, begun at `start` with the picture's `gravity` in picture heights/s²; then at rest.
    static func fall(_ seconds: Double, start: Double, top: Double, drop: Double, gravity: Double) -> (
        y: Double, moves: Bool
    ) {
        let t = seconds - start
        guard t > 0 else { return (top, false) }
        let fallen = gravity * t * t / 2
        return fallen < drop ? (top + fallen, true) : (top + drop, false)
    }

    /// From 0 to 1 between `start` and `end` as a hand moves: slow, fast, slow (minimum jerk; Flash, Hogan 1985).
    static func hand(_ seconds: Double, from start: Double, to end: Double) -> Double {
        let u = min(1, max(0, (seconds - start) / (end - start)))
        return u * u * u * (10 - 15 * u + 6 * u * u)
    }
}
