import Settings
import Vision

extension SceneSettings {
    /// The tracker's own defaults with what the file says on top.
    /// - Parameter analysisFPS: The camera's own rate; nil takes the site's.
    public init(
        _ configuration: AislewatchConfiguration, analysisFPS: Double? = nil, networkPace: NetworkPace = .inStep
    ) {
        self.init()
        self.analysisFPS = analysisFPS ?? configuration.analysis.fps
        self.networkPace = networkPace
        motion.warmUpSeconds = configuration.analysis.warmUpSeconds
    }
}
