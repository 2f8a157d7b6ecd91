import Domain
import Settings

extension CameraRooms {
    /// What a search finds an incident by: its text, names, kinds and places.
    func searchWords(_ incident: Incident, camera: CameraConfiguration?) -> String {
        var words = [
            announcer.text(incident), camera?.name ?? "", incident.camera.rawValue, incident.severity.rawValue,
        ]
        words += incident.kinds.map { $0.rawValue.replacingOccurrences(of: "_", with: " ") }
        words += [incident.facts.zoneName, incident.facts.fromZoneName, incident.facts.reason].compactMap { $0 }
        return words.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Gives words to incidents that have none yet: of an earlier version, or a process that ended in between.
    func indexMissing() throws {
        while true {
            let missing = try store.blocking.unindexedIncidents(limit: 500)
            guard !missing.isEmpty else { return }
            for incident in missing {
                let camera = configuration.cameras.first { $0.id == incident.camera }
                try store.blocking.index(incident.id, words: searchWords(incident, camera: camera))
            }
        }
    }
}
