/// Estimates when the pictures of a live stream were taken, from when they arrived.
///
/// A packet can only come late, never early: the smallest distance between arrival and media time counts, and may grow
/// slowly, so that a camera whose clock runs slow is followed.
struct ArrivalSmoother {
    private static let growth = 0.01
    private var distance: Double?

    /// - Returns: The smoothed arrival in seconds on the arrivals' clock.
    mutating func arrival(mediaSeconds: Double, arrivalSeconds: Double) -> Double {
        let seen = arrivalSeconds - mediaSeconds
        let smoothed: Double
        if let distance, seen > distance {
            // More than a burst: the stream stood still and went on with its old clock.
            smoothed = seen - distance > 10 ? seen : distance + (seen - distance) * Self.growth
        } else {
            smoothed = seen
        }
        distance = smoothed
        return mediaSeconds + smoothed
    }
}
