import Domain
import Foundation
import Testing

@testable import Incidents

@Suite("marked_object_moved")
struct MarkedObjectTests {
    private static let size = FrameSize(width: 640, height: 360)
    private static let track = TrackID(rawValue: 9)

    private func marked(_ conditions: Set<FollowedObject.Condition> = Set(FollowedObject.Condition.allCases))
        -> MarkedObject
    {
        MarkedObject(
            object: FollowedObject(
                id: FollowedObjectID(rawValue: "01object"), camera: Judging.camera, name: "Crate 7",
                frameSize: Self.size,
                conditions: conditions), track: Self.track)
    }

    /// Five looks a second at a marked object of 40 × 40 pixels; nil is lost.
    private func judge(
        _ marked: MarkedObject, zones: [Zone] = [], others: [TrackObservation] = [], seconds: Double = 20,
        _ center: (Double) -> Point?
    ) -> [Incident] {
        var engine = Judging.engine(zones: zones)
        engine.follow([marked])
        var events: [IncidentEvent] = []
        var last: TrackSample?
        for step in 0..<Int(seconds * 5) {
            let time = Double(step) / 5
            var tracks = others
            if let point = center(time) {
                let sample = TrackSample(
                    seconds: time, region: Region(x: Int(point.x) - 20, y: Int(point.y) - 20, width: 40, height: 40),
                    centroid: point, area: 1600)
                last = sample
                tracks.append(
                    TrackObservation(id: Self.track, origin: .prompt, phase: .continued, sample: sample))
            } else if let last {
                tracks.append(TrackObservation(id: Self.track, origin: .prompt, phase: .lost, sample: last))
            }
            events += engine.step(
                SceneObservation(
                    time: MediaTime(seconds: time), date: SceneBuilder.startDate.addingTimeInterval(time),
                    frameSize: Self.size, tracks: tracks))
        }
        events += engine.finish()
        return events.compactMap { if case .end(let incident) = $0 { incident } else { nil } }
    }

    @Test("standing still, with a mask that breathes, is silence")
    func still() {
        #expect(judge(marked()) { Point(x: 300 + 4 * sin($0 * 3), y: 200) }.isEmpty)
    }

    @Test("carried away: told once, with the name and what it did")
    func moves() throws {
        let incidents = judge(marked()) { Point(x: 300 + 30 * max(0, min(2, $0 - 5)), y: 200) }
        let incident = try #require(incidents.first)
        #expect(incidents.count == 1 && incident.kind == .markedObjectMoved)
        #expect(incident.facts.condition == .moves && incident.facts.objectName == "Crate 7")
        #expect(incident.start.seconds > 5 && incident.start.seconds < 6.5 && incident.confirmed.seconds < 7.5)
    }

    @Test("after it has stood in its new place, the next move is another incident")
    func twice() {
        let incidents = judge(marked(), seconds: 50) { time in
            Point(x: time < 5 ? 300 : time < 35 ? 380 : 460, y: 200)
        }
        #expect(incidents.count == 2)
    }

    @Test("leaving its zone is told as that; a condition not asked for is silence")
    func zone() throws {
        let storage = Zone(
            name: "Store", kind: .storage,
            polygon: Polygon(points: [
                Point(x: 0.4, y: 0), Point(x: 0.6, y: 0), Point(x: 0.6, y: 1), Point(x: 0.4, y: 1),
            ]))
        let path: (Double) -> Point? = { Point(x: 300 + 60 * max(0, min(3, $0 - 5)), y: 200) }
        let left = try #require(judge(marked([.leavesZone]), zones: [storage], path).first)
        #expect(left.facts.condition == .leavesZone && left.facts.zoneName == "Store")
        #expect(judge(marked([.disappears]), zones: [storage], path).isEmpty)
    }

    @Test("falling is told as that")
    func falls() throws {
        let incident = try #require(
            judge(marked()) { time in
                let t = max(0, time - 5)
                return Point(x: 300, y: min(300, 150 + 360 * 2 * t * t / 2))
            }.first)
        #expect(incident.facts.condition == .falls)
    }

    @Test("gone from sight is told after its time, later when somebody stands in front")
    func disappears() throws {
        let open = try #require(judge(marked()) { $0 < 5 ? Point(x: 300, y: 200) : nil }.first)
        #expect(open.facts.condition == .disappears && abs(open.confirmed.seconds - 9) < 0.5)
        let cues = MotionCues(
            movingFraction: 0.5, containment: 0.8, textureSimilarity: 0, lumaRatio: 1, textureRatio: 1)
        let front = TrackObservation(
            id: TrackID(rawValue: 1), origin: .motion, phase: .continued,
            sample: TrackSample(
                seconds: 0, region: Region(x: 260, y: 100, width: 90, height: 200), centroid: Point(x: 305, y: 200),
                area: 15_000, cues: cues))
        let hidden = try #require(judge(marked(), others: [front]) { $0 < 5 ? Point(x: 300, y: 200) : nil }.first)
        #expect(hidden.confirmed.seconds > 12.5)
    }
}
