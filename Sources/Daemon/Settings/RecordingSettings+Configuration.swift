import Recording
import Settings

extension RecordingSettings {
    public init(_ configuration: RecordingConfiguration) {
        self.init(
            preRollSeconds: configuration.preRollSeconds, postRollSeconds: configuration.postRollSeconds,
            maxClipSeconds: configuration.maxClipSeconds)
    }
}
