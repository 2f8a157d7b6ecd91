import Foundation

/// `model`: the network that segments.
public struct ModelConfiguration: Hashable, Sendable {
    /// OpenVINO's name of the processor that runs it.
    public enum Device: String, Hashable, Sendable, CaseIterable {
        case cpu = "CPU"
        case gpu = "GPU"
        case npu = "NPU"
        case auto = "AUTO"
    }

    /// The arithmetic inside the network.
    public enum Precision: String, Hashable, Sendable, CaseIterable {
        /// bf16 on a CPU that computes it natively (AMX, AVX-512 BF16), f32 elsewhere.
        case auto
        /// The same masks on every machine.
        case f32
        /// Half the cost on processors that have it, with slightly different masks.
        case bf16
    }

    /// Default: `compact`.
    public var family = "compact"
    /// The network that answers clicks and boxes: `mobile_sam`, a family, or `same` for the one that follows. Default: `mobile_sam`.
    public var prompts = "mobile_sam"
    /// Where the files of `family` lie; nil: those that come with Aislewatch. Default: nil.
    public var directory: URL?
    /// Default: `CPU`.
    public var device = Device.cpu
    /// Default: `auto`.
    public var precision = Precision.auto

    public init() {}

    /// What `prompts` may say besides the name of a family.
    private static let promptNames = ["mobile_sam", "same"]

    /// - Parameter families: The names of those that the program has.
    init(reading section: Section, families: [String]) {
        family = section.word("family", among: families) ?? family
        prompts = section.word("prompts", among: Self.promptNames + families) ?? prompts
        directory = section.path("directory")
        device = section.choice("device", default: device)
        precision = section.choice("precision", default: precision)
        section.finish()
    }
}
