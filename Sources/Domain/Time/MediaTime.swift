/// A moment on one camera's own, monotonic time line.
///
/// Every (re)connect begins a new `epoch`: times of different epochs are ordered, but their distance is unknown, because
/// nobody knows how long the stream was away. All streams of one camera share the time line.
public struct MediaTime: Hashable, Codable, Sendable, Comparable {
    /// Counts the connections of this camera since the program started, from 0.
    public var epoch: Int
    /// Time since the epoch began, in units of 1/90,000 s (the clock of MPEG and RTP video).
    public var pts90k: Int64

    public static let unitsPerSecond: Double = 90_000

    public init(epoch: Int = 0, pts90k: Int64) {
        self.epoch = epoch
        self.pts90k = pts90k
    }

    /// - Parameter seconds: cut off at some hundred thousand years; what is not a number counts as 0.
    public init(epoch: Int = 0, seconds: Double) {
        self.init(epoch: epoch, pts90k: Self.units(seconds))
    }

    /// Seconds since the epoch began.
    public var seconds: Double { Double(pts90k) / Self.unitsPerSecond }

    /// The moment `seconds` later (earlier when negative) in the same epoch.
    public func advanced(bySeconds seconds: Double) -> MediaTime {
        let (sum, overflows) = pts90k.addingReportingOverflow(Self.units(seconds))
        return MediaTime(epoch: epoch, pts90k: overflows ? (seconds > 0 ? .max : .min) : sum)
    }

    private static func units(_ seconds: Double) -> Int64 {
        Int64(Int(clamping: (seconds * unitsPerSecond).rounded(), to: -(1 << 60)...(1 << 60)))
    }

    /// Seconds from `other` to this moment; nil when the two lie in different epochs.
    public func seconds(since other: MediaTime) -> Double? {
        guard epoch == other.epoch else { return nil }
        let (units, overflows) = pts90k.subtractingReportingOverflow(other.pts90k)
        return overflows ? self.seconds - other.seconds : Double(units) / Self.unitsPerSecond
    }

    public static func < (lhs: MediaTime, rhs: MediaTime) -> Bool {
        (lhs.epoch, lhs.pts90k) < (rhs.epoch, rhs.pts90k)
    }
}
