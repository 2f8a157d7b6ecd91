import Domain

/// Hands out track ids in order; shared by all that begin tracks of one camera.
final class TrackNumbers {
    private var last = 0

    func next() -> TrackID {
        last += 1
        return TrackID(rawValue: last)
    }
}
