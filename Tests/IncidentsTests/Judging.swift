import Domain
import Foundation

@testable import Incidents

/// Runs recordings through the engine.
enum Judging {
    static let camera = CameraID(rawValue: "aisle-4") ?? CameraID(rawValue: "a")!

    static func engine(
        _ settings: RuleSettings = RuleSettings(), zones: [Zone] = [], pictureHeightMetres: Double? = nil
    ) -> IncidentEngine {
        let ids = MonotonicID()
        return IncidentEngine(
            settings: settings,
            scene: CameraScene(camera: camera, zones: zones, pictureHeightMetres: pictureHeightMetres),
            makeID: { IncidentID(rawValue: ids.next(at: $0)) })
    }

    /// All events, through the file form of the recording.
    static func events(
        _ recording: SceneRecording, _ settings: RuleSettings = RuleSettings(), pictureHeightMetres: Double? = nil
    ) throws -> [IncidentEvent] {
        let data = try JSONEncoder().encode(recording)
        let copy = try JSONDecoder().decode(SceneRecording.self, from: data)
        var engine = engine(settings, zones: copy.zones, pictureHeightMetres: pictureHeightMetres)
        var events: [IncidentEvent] = []
        for observation in copy.observations { events += engine.step(observation) }
        return events + engine.finish()
    }

    /// The incidents as they ended.
    static func incidents(
        _ recording: SceneRecording, _ settings: RuleSettings = RuleSettings(), pictureHeightMetres: Double? = nil
    ) throws -> [Incident] {
        try events(recording, settings, pictureHeightMetres: pictureHeightMetres).compactMap {
            if case .end(let incident) = $0 { incident } else { nil }
        }
    }
}
