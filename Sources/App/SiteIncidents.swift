import Alerts
import Camera
import Domain
import Foundation
import Media
import Recording
import Settings
import Storage
import Verification

/// Takes the cameras' incidents to the database, to people, and to the language model where the site has one.
struct SiteIncidents: IncidentHandler {
    let store: Store
    let alerts: AlertService
    let pictures: IncidentPictures
    /// Nil where the site has not set it up.
    let verification: VerificationService?
    let running: RunningConfiguration

    /// Widest frame that the language model is shown, in pixels.
    private static let verifiedWidth = 768

    func keep(_ frame: VideoFrame, of incident: Incident) { pictures.keep(frame, of: incident) }

    func commit(_ event: IncidentEvent) async throws -> CommitResult {
        if let verification { return try await verification.take(event) }
        let announcer = alerts.announcer
        return try await store.perform { _ in try announcer.commit(event) }
    }

    func verify(_ event: IncidentEvent, ring: PacketRing) {
        guard let verification, case .new(let incident) = event, verification.wants(incident) else { return }
        let count = running.current.verification.frames
        Task {
            await verification.look(at: incident) {
                // Decoding takes a while and must not hold a thread that others share.
                try await BlockingWork.shared.run {
                    try IncidentFrames.collect(from: ring, incident, count: count, maxWidth: Self.verifiedWidth)
                }
            }
        }
    }

    func close(_ camera: CameraID) async { await verification?.close(camera) }

    func text(_ incident: Incident) -> String { alerts.announcer.text(incident) }

    // MARK: Search

    func index(_ incident: Incident, camera: CameraConfiguration) async throws {
        let words = searchWords(incident, camera: camera)
        try await store.perform { try $0.index(incident.id, words: words) }
    }

    /// Gives words to incidents that have none yet: of an earlier version, or a process that ended in between.
    func indexMissing() throws {
        while true {
            let missing = try store.blocking.unindexedIncidents(limit: 500)
            guard !missing.isEmpty else { return }
            for incident in missing {
                let camera = running.current.cameras.first { $0.id == incident.camera }
                try store.blocking.index(incident.id, words: searchWords(incident, camera: camera))
            }
        }
    }

    /// What a search finds an incident by: its text, names, kinds and places.
    private func searchWords(_ incident: Incident, camera: CameraConfiguration?) -> String {
        var words = [text(incident), camera?.name ?? "", incident.camera.rawValue, incident.severity.rawValue]
        words += incident.kinds.map { $0.rawValue.replacingOccurrences(of: "_", with: " ") }
        words += [incident.facts.zoneName, incident.facts.fromZoneName, incident.facts.reason].compactMap { $0 }
        return words.filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension VerificationSettings {
    /// - Returns: nil when the site has not set it up.
    public init?(_ configuration: VerificationConfiguration) {
        guard let baseURL = configuration.baseURL else { return nil }
        self.init(
            baseURL: baseURL, model: configuration.model, apiKey: configuration.apiKey?.reveal(),
            timeLimitSeconds: configuration.timeLimitSeconds, frames: configuration.frames,
            holdSeconds: configuration.verify == .hold ? configuration.holdSeconds : nil,
            kinds: Set(configuration.kinds))
    }
}
