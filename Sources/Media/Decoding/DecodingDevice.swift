internal import CFFmpeg
internal import CFFmpegShim

/// What can decode video beside the processor, as far as FFmpeg knows it on Linux.
public enum DecodingDevice: String, Sendable, CaseIterable {
    /// Intel's and AMD's graphics.
    case vaapi
    /// NVIDIA's.
    case cuda
    case vulkan
    /// Older NVIDIA drivers.
    case vdpau

    var type: AVHWDeviceType {
        switch self {
        case .vaapi: AV_HWDEVICE_TYPE_VAAPI
        case .cuda: AV_HWDEVICE_TYPE_CUDA
        case .vulkan: AV_HWDEVICE_TYPE_VULKAN
        case .vdpau: AV_HWDEVICE_TYPE_VDPAU
        }
    }
}

/// How a stream is decoded.
public enum DecodingMethod: Hashable, Sendable, CustomStringConvertible {
    case software
    case device(DecodingDevice)
    /// A device was wanted; why none is used.
    case softwareInstead(reason: String)

    public var description: String {
        switch self {
        case .software: "software"
        case .device(let device): device.rawValue
        case .softwareInstead(let reason): "software (\(reason))"
        }
    }
}
