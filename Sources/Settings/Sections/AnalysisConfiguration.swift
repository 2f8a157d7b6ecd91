/// `analysis`: how pictures are looked at; a camera may have its own `analysis_fps`.
public struct AnalysisConfiguration: Hashable, Sendable {
    /// How often a second the network looks at what moves; the motion detector sees every frame. 0.5 to 60. Default: 5.
    public var fps = 5.0
    /// How long the background model learns a scene before anything counts, in seconds. 0 to 60. Default: 2.
    public var warmUpSeconds = 2.0
    /// Whether what motion suspects is followed back by the network before anybody is told. Default: true.
    public var proof = true
    /// Whether frames of a still scene are left undecoded. Default: continuous.
    public var mode = AnalysisMode.continuous
    /// What decodes the streams: the processor, or a graphics device where there is one. Default: software.
    public var decoder = DecoderChoice.software

    public init() {}

    init(reading section: Section) {
        fps = section.number("fps", default: fps, in: Self.fpsRange, unit: "frames a second")
        warmUpSeconds = section.number("warm_up_seconds", default: warmUpSeconds, in: 0...60, unit: "seconds")
        proof = section.bool("proof", default: proof)
        mode = section.choice("mode", default: mode)
        decoder = section.choice("decoder", default: decoder)
        section.finish()
    }

    static let fpsRange = 0.5...60.0
}

/// What is decoded of a camera in which nothing happens.
public enum AnalysisMode: String, Hashable, Sendable, CaseIterable {
    /// A key frame now and then; sizes of packets and differences of key frames bring all frames back.
    case adaptive
    /// Every frame.
    case continuous
}

/// What decodes the streams that are analysed. What a device can't is decoded in software.
public enum DecoderChoice: String, Hashable, Sendable, CaseIterable {
    case software
    /// The first device that there is.
    case auto
    case vaapi
    case cuda
    case vulkan
    case vdpau
}
