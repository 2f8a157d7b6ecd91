import Domain
import Foundation
import Synchronization

/// What was seen in a video, kept for a ``SceneRecording``: rules can be tested on it without the video.
final class RecordingFile: Sendable {
    private let path: String
    private let recording: Mutex<SceneRecording>

    init(path: String, zones: [Zone]) {
        self.path = path
        recording = Mutex(SceneRecording(framesPerSecond: 0, zones: zones, observations: []))
    }

    func note(_ observation: SceneObservation, framesPerSecond: Double) {
        recording.withLock {
            $0.framesPerSecond = framesPerSecond
            $0.observations.append(observation)
        }
    }

    func write() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            try encoder.encode(recording.withLock { $0 }).write(to: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure("\(path): can't be written (\(error.localizedDescription))")
        }
    }
}
