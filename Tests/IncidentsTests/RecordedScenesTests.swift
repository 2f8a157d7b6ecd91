import Domain
import Foundation
import Testing

@testable import Incidents

/// Tracks as the motion gate really saw them in rendered clips, with what happens in them.
@Suite("Recorded scenes")
struct RecordedScenesTests {
    private func recording(_ name: String) throws -> SceneRecording {
        let file = try #require(
            Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Recordings"))
        let recording = try JSONDecoder().decode(SceneRecording.self, from: Data(contentsOf: file))
        #expect(recording.version == SceneRecording.currentVersion)
        return recording
    }

    @Test("a bucket falls off a rack: its track begins within the place it leaves")
    func fall() throws {
        let events = try Judging.events(recording("fall_bucket"))
        #expect(events.filter { $0.type == "new" }.count == 1)
        let incident = try #require(events.last?.incident)
        #expect(incident.kinds == [.fallingObject])
        #expect(abs(incident.start.seconds - 5.55) < 0.6)
        #expect(incident.confirmed.seconds < 7.66 + 1)
    }

    @Test("a container leaks: the puddle grows for seconds")
    func spill() throws {
        let events = try Judging.events(recording("spill_leak"))
        #expect(events.filter { $0.type == "new" }.count == 1)
        let incident = try #require(events.last?.incident)
        #expect(incident.kinds == [.spill])
        #expect(abs(incident.start.seconds - 3.5) < 0.6)
    }

    @Test("a person walks by: silence")
    func walk() throws {
        #expect(try Judging.events(recording("quiet_walk")).isEmpty)
    }
}
