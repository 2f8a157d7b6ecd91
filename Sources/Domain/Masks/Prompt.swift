/// What a person or the proposals say about an object in one frame. All positions are pixels of that frame.
public struct Prompt: Hashable, Sendable, Codable {
    /// Points on the object.
    public var positive: [Point]
    /// Points that are not on the object.
    public var negative: [Point]
    /// A box around the object.
    public var box: Region?
    /// A rough or exact mask of the object, of the frame's size.
    public var mask: Mask?

    public init(positive: [Point] = [], negative: [Point] = [], box: Region? = nil, mask: Mask? = nil) {
        self.positive = positive
        self.negative = negative
        self.box = box
        self.mask = mask
    }

    /// One click on the object.
    public static func click(_ point: Point) -> Prompt { Prompt(positive: [point]) }

    public var isEmpty: Bool { positive.isEmpty && negative.isEmpty && box == nil && mask == nil }
}

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

/// Where a followed object is in one frame.
public enum MaskObservation: Hashable, Sendable {
    /// Seen: its mask, and the model's own estimate of that mask's IoU, 0 to 1.
    case present(Mask, quality: Double)
    /// Hidden, gone, or too uncertain to say; the session goes on looking for it.
    case lost

    public var mask: Mask? {
        switch self {
        case .present(let mask, _): mask
        case .lost: nil
        }
    }
}
