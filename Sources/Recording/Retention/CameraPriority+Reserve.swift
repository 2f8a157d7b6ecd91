import Domain

extension CameraPriority {
    /// The part of the reserve that must be free for this camera to begin another clip. A high one records to the last byte.
    var reserveShare: Double {
        switch self {
        case .low: 1
        case .normal: 0.5
        case .high: 0
        }
    }
}
