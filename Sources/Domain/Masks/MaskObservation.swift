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
