import Domain
import Foundation
import TestSupport
import Testing

@testable import Recording

@Suite("How far a clip goes", .mayWait)
struct ClipPlanTests {
    private let settings = RecordingSettings(preRollSeconds: 10, postRollSeconds: 10, maxClipSeconds: 100)

    private func incident(_ name: String, _ start: Double, _ end: Double, epoch: Int = 0, over: Bool = true) throws
        -> Incident
    {
        let camera = try #require(CameraID(rawValue: "a"))
        let date = Date(timeIntervalSince1970: 0)
        return Incident(
            id: IncidentID(rawValue: name), camera: camera, kind: .spill, phase: over ? .ended : .ongoing,
            severity: .low,
            start: MediaTime(epoch: epoch, seconds: start), end: MediaTime(epoch: epoch, seconds: end),
            confirmed: MediaTime(epoch: epoch, seconds: end), startDate: date, endDate: date, confirmedDate: date,
            region: Region(x: 0, y: 0, width: 1, height: 1), frameSize: FrameSize(width: 10, height: 10))
    }

    @Test("Post-roll after the last sign; the longest while it goes on")
    func stop() throws {
        var plan = ClipPlan(
            start: MediaTime(seconds: 20), incident: try incident("a", 30, 31, over: false), settings: settings)
        #expect(plan.stop == MediaTime(seconds: 120))
        #expect(plan.update(try incident("a", 30, 35)))
        #expect(plan.stop == MediaTime(seconds: 45))
        #expect(!plan.update(try incident("b", 30, 35)))
        #expect(plan.update(try incident("a", 30, 119)))
        #expect(plan.stop == MediaTime(seconds: 120))
    }

    @Test("Takes in what overlaps and fits, nothing else")
    func extend() throws {
        var plan = ClipPlan(start: MediaTime(seconds: 20), incident: try incident("a", 30, 31), settings: settings)
        #expect(try !plan.extend(with: incident("far", 52, 53)))
        #expect(try !plan.extend(with: incident("long", 40, 111)))
        #expect(try !plan.extend(with: incident("early", 19, 32)))
        #expect(try !plan.extend(with: incident("other epoch", 40, 41, epoch: 1)))
        #expect(try plan.extend(with: incident("near", 50, 60)))
        #expect(plan.stop == MediaTime(seconds: 70))
    }

    @Test("After a reconnect it goes on for what was left")
    func reconnect() throws {
        var plan = ClipPlan(start: MediaTime(seconds: 20), incident: try incident("a", 30, 31), settings: settings)
        plan.move(to: MediaTime(epoch: 1, seconds: 0), secondsLeft: 7)
        #expect(plan.stop == MediaTime(epoch: 1, seconds: 7))
    }
}
