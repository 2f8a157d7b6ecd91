import Domain
import Foundation

@testable import Recording

/// A finished clip with its files, without a recording.
enum FinishedClip {
    @discardableResult
    static func make(
        _ fixture: RecordingFixture, _ folders: ClipFolders, _ name: String, _ incident: Incident,
        day: String = "2026-05-01", content: String = "video"
    ) throws -> Clip {
        var clip = Clip(
            id: ClipID(rawValue: name), camera: fixture.camera, path: "aisle-4/\(day)/\(name).mp4",
            startDate: incident.startDate, start: incident.start, durationSeconds: 5, preRollSeconds: 2)
        try fixture.store.unwatched.insert(clip, incidents: [incident.id])
        guard let video = folders.files.url(clip.path), let poster = folders.files.url(clip.posterPath),
            let sidecar = folders.files.url(clip.sidecarPath)
        else { throw RecordingError.badPath(clip.path) }
        try DurableFiles().makeFolder(video.deletingLastPathComponent())
        for file in [video, poster, sidecar] { try DurableFiles().write(Data(content.utf8), to: file) }
        let digest = try FileDigest(of: video)
        clip.state = .finished
        clip.bytes = digest.bytes
        clip.sha256 = digest.sha256
        try fixture.store.unwatched.update(clip)
        return clip
    }
}
