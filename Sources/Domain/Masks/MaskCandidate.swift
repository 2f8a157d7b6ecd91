/// One answer to a prompt.
public struct MaskCandidate: Hashable, Sendable, Codable {
    public var mask: Mask
    /// The model's own estimate of the mask's IoU with the truth, 0 to 1.
    public var predictedIoU: Double

    public init(mask: Mask, predictedIoU: Double) {
        self.mask = mask
        self.predictedIoU = predictedIoU
    }
}
