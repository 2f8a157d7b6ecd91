import Incidents
import Media
import Recording
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

extension DecoderChoice {
    /// What is tried, the best first; software is always there.
    var devices: [DecodingDevice] {
        switch self {
        case .software: []
        case .auto: DecodingDevice.allCases
        case .vaapi: [.vaapi]
        case .cuda: [.cuda]
        case .vulkan: [.vulkan]
        case .vdpau: [.vdpau]
        }
    }
}

extension RecordingSettings {
    public init(_ configuration: RecordingConfiguration) {
        self.init(
            preRollSeconds: configuration.preRollSeconds, postRollSeconds: configuration.postRollSeconds,
            maxClipSeconds: configuration.maxClipSeconds)
    }
}

extension SourceOptions {
    /// The stream of a camera that is analysed.
    public init(analysed camera: CameraConfiguration) { self.init(camera.analysisURL ?? camera.url, of: camera) }

    /// One of a camera's streams, with the camera's user and password.
    init(_ url: StreamURL, of camera: CameraConfiguration, keepAudio: Bool = false) {
        self.init(
            url: url.reveal(), username: camera.username, password: camera.password?.reveal(), keepAudio: keepAudio,
            displayAspect: camera.displayAspect)
    }
}

extension RetentionPolicy {
    public init(_ configuration: RetentionConfiguration) {
        func seconds(_ days: Double) -> Double? { days > 0 ? days * 86_400 : nil }
        self.init(
            keepSeconds: seconds(configuration.keepDays),
            rules: configuration.keep.map {
                Rule(severities: Set($0.severities), reviews: Set($0.reviews), keepSeconds: seconds($0.days))
            },
            maxBytes: configuration.maxMegabytes.map { Int64($0) << 20 },
            reserveBytes: Int64(configuration.reserveMegabytes) << 20)
    }
}
