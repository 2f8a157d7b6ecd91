import Domain
import Testing

@testable import Incidents

/// Normal work, by formula: none of it is an incident.
@Suite("Silence")
struct SilenceTests {
    private func kinds(_ actors: [SceneBuilder.Actor], framesPerSecond: Double = 10, seconds: Double = 12) throws
        -> [IncidentKind]
    {
        var scene = SceneBuilder(framesPerSecond: framesPerSecond)
        scene.seconds = seconds
        scene.actors = actors
        return try Judging.incidents(scene.recording()).map(\.kind)
    }

    /// A person 1.75 m tall before a camera 3.5 m up, pitched down; `distance` in metres.
    private func person(at distance: Double, x: Double = 0.9, moving: Bool = true) -> SceneBuilder.Look {
        let focal = 0.9, camera = 3.5, horizon = 0.15
        let foot = horizon + focal * camera / distance, head = horizon + focal * (camera - 1.75) / distance
        let look = SceneBuilder.Look(
            x: x, y: (foot + head) / 2, width: 0.35 * (foot - head), height: foot - head, fill: 0.65)
        return moving ? look.moving(0.55, containment: 0.88) : look.moving(0.1, containment: 0.98)
    }

    @Test("a person who walks towards the camera, stops, and walks on out of the picture", arguments: [8.0, 15, 30])
    func walksTowards(framesPerSecond: Double) throws {
        let walker: SceneBuilder.Actor = { seconds in
            let distance = seconds < 4 ? 11 - 1.6 * seconds : seconds < 6 ? 4.6 : 4.6 - 1.6 * (seconds - 6)
            return distance > 2.2 ? person(at: distance, moving: seconds < 4 || seconds > 6) : nil
        }
        #expect(try kinds([walker], framesPerSecond: framesPerSecond).isEmpty)
    }

    @Test("a person who runs towards the camera and stops at once")
    func runs() throws {
        #expect(
            try kinds([
                { seconds in
                    let distance = max(4.5, 14 - 4 * seconds)
                    return person(at: distance, moving: distance > 4.5)
                }
            ]
            ).isEmpty)
    }

    @Test("a person who bends down or sits down quickly")
    func bends() throws {
        #expect(
            try kinds([
                { seconds in
                    let standing = person(at: 5, moving: seconds > 3 && seconds < 3.5)
                    let down = Motion.hand(seconds, from: 3, to: 3.5) * 0.5 * standing.height
                    var look = standing
                    look.height -= down
                    look.y += down / 2
                    return look
                }
            ]
            ).isEmpty)
    }

    @Test("a box that a person carries in and sets down", arguments: [0.8, 1.2, 2.0])
    func setDown(loweringSeconds: Double) throws {
        let box: SceneBuilder.Actor = { seconds in
            let y = 0.45 + 0.2 * Motion.hand(seconds, from: 4, to: 4 + loweringSeconds)
            let x = 0.3 + 0.15 * min(4, seconds)
            return .box(x: x, y: y, moving: seconds < 4 + loweringSeconds)
        }
        #expect(try kinds([box]).isEmpty)
    }

    @Test("a cart that crosses the picture and stops")
    func cart() throws {
        #expect(
            try kinds([
                { seconds in
                    let x = 0.1 + 0.3 * min(4, seconds)
                    return SceneBuilder.Look(x: x, y: 0.6 + 0.02 * min(4, seconds), width: 0.3, height: 0.25)
                        .moving(seconds < 4 ? 0.6 : 0, containment: 0.85)
                }
            ]
            ).isEmpty)
    }

    @Test("blobs that merge and split: the centroid jumps in one frame")
    func jumps() throws {
        #expect(
            try kinds([
                { seconds in
                    let y = seconds < 4 ? 0.4 : 0.55
                    return SceneBuilder.Look(x: 0.8, y: y, width: 0.2, height: seconds < 4 ? 0.5 : 0.2)
                }
            ]
            ).isEmpty)
    }

    @Test("a shadow that grows over the floor and goes again")
    func shadow() throws {
        #expect(
            try kinds([
                { seconds in
                    guard seconds > 2, seconds < 6 else { return nil }
                    let growth = min(1, (seconds - 2) / 2)
                    var look = SceneBuilder.Look(
                        x: 0.8, y: 0.7, width: 0.15 + 0.3 * growth, height: 0.1 + 0.15 * growth, fill: 0.7)
                    look.cues = MotionCues(
                        movingFraction: 0.1, containment: 0.99, textureSimilarity: 0.85, lumaRatio: 0.7,
                        textureRatio: 0.75)
                    return look
                }
            ]
            ).isEmpty)
    }

    @Test("a box that is there all of a sudden, at its full size")
    func appears() throws {
        #expect(try kinds([{ $0 > 3 ? .box(x: 0.8, y: 0.7, moving: false) : nil }]).isEmpty)
    }

    @Test("a fall while the lights switch, or before the scene is known, is not judged")
    func globalChangeAndWarmUp() throws {
        var scene = SceneBuilder()
        scene.actors = [
            { seconds in
                guard seconds >= 3 else { return nil }
                let (y, moves) = Motion.fall(seconds, start: 3, top: 0.3, drop: 0.35, gravity: 2)
                return .box(x: 0.9, y: y, moving: moves)
            }
        ]
        #expect(try Judging.incidents(scene.recording()).count == 1)
        var switched = scene
        switched.globalChange = { $0 > 3.2 && $0 < 3.4 ? .light : nil }
        #expect(try Judging.incidents(switched.recording()).isEmpty)
        var cold = scene
        cold.isWarm = { $0 > 3.8 }
        #expect(try Judging.incidents(cold.recording()).isEmpty)
    }
}
