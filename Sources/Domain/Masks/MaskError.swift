/// Why a stored mask can't be read.
public enum MaskError: Error, Equatable, CustomStringConvertible {
    /// The runs add up to `total` pixels, not to the picture's.
    case badRuns(total: UInt64, size: FrameSize)

    public var description: String {
        switch self {
        case .badRuns(let total, let size):
            "mask runs add up to \(total) pixels, but a picture of \(size) has \(size.area)"
        }
    }
}
