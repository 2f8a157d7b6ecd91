import Domain

/// Arithmetic on times in 1/90,000 s that come from cameras, files and clocks: whatever they say, it is kept within bounds
/// instead of overflowing.
enum Ticks {
    /// Times beyond this (some 800,000 years) mean nothing; sums of several of them still fit.
    static let limit: Int64 = 1 << 60

    static let perSecond: Int64 = 90_000

    /// nil where the source gives none, or one that can't be one.
    static func checked(_ raw: Int64?) -> Int64? {
        guard let raw, raw > -limit, raw < limit else { return nil }
        return raw
    }

    /// - Returns: The nearest count within bounds; 0 for what is no number.
    static func count(ofSeconds seconds: Double) -> Int64 {
        let count = (seconds * MediaTime.unitsPerSecond).rounded()
        guard !count.isNaN else { return 0 }
        return Int64(min(max(count, -Double(limit)), Double(limit)))
    }

    static func sum(_ a: Int64, _ b: Int64) -> Int64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? (a < 0 ? -limit : limit) : min(max(sum, -limit), limit)
    }

    static func difference(_ a: Int64, _ b: Int64) -> Int64 {
        let (difference, overflow) = a.subtractingReportingOverflow(b)
        return overflow ? (a < 0 ? -limit : limit) : min(max(difference, -limit), limit)
    }

    /// The time between two frames; of a rate that is no number or not above 0, that of one frame a second.
    static func frameDuration(framesPerSecond rate: Double) -> Int64 {
        guard rate.isFinite, rate > 0 else { return perSecond }
        return max(1, count(ofSeconds: min(1 / rate, 3600)))
    }
}
