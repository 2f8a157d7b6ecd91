import Domain

/// What a clip's sidecar tells beyond the video; from whoever analyses the camera.
public struct ClipContext: Sendable {
    /// As they are when the sidecar is written.
    public var zones: @Sendable () -> [Zone]
    /// The tracks seen between two moments, `seconds` on the camera's media time.
    public var tracks: @Sendable (_ from: MediaTime, _ to: MediaTime) -> [Track]
    /// What an incident's alert says.
    public var text: @Sendable (Incident) -> String

    public init(
        zones: @escaping @Sendable () -> [Zone] = { [] },
        tracks: @escaping @Sendable (_ from: MediaTime, _ to: MediaTime) -> [Track] = { _, _ in [] },
        text: @escaping @Sendable (Incident) -> String = { _ in "" }
    ) {
        self.zones = zones
        self.tracks = tracks
        self.text = text
    }

    /// `tracks` on a clip's own time, which begins at `start`: samples before it and after `durationSeconds` are left out.
    static func onClipTime(_ tracks: [Track], start: MediaTime, durationSeconds: Double) -> [Track] {
        tracks.compactMap { track in
            var moved = track
            moved.samples = track.samples.compactMap { sample in
                var sample = sample
                sample.seconds -= start.seconds
                return sample.seconds >= -0.001 && sample.seconds <= durationSeconds ? sample : nil
            }
            return moved.samples.isEmpty ? nil : moved
        }
    }
}
