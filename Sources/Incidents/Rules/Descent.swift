import Domain

/// The largest descent in a stretch of a track, and how well it agrees with a fall. Lengths are in picture heights.
///
/// A body that falls from rest drops by `a·t²/2`: its acceleration is `2·drop / t²`. At ten frames a second a fall has three
/// to six samples, the first of which still hang together with the place it leaves, so that this mean is more reliable
/// than the square term of a fit `y = y0 + v·t + a·t²/2` (least squares); the fit shows whether the motion is smooth.
struct Descent: Hashable, Sendable {
    /// Indices of the first and the last sample in the stretch given.
    var first: Int
    var last: Int
    var seconds: Double
    /// How far the centroid, and the upper and lower edges, came down.
    var drop: Double
    var topDrop: Double
    var bottomDrop: Double
    var sideways: Double
    /// Picture heights/s²: the mean from rest, and the fit's.
    var acceleration: Double
    var fittedAcceleration: Double
    /// Picture heights/s in the fastest step between two samples.
    var peakSpeed: Double
    /// Root mean square of the fit's error, as a part of `drop`.
    var residual: Double
    /// The largest step between two samples as a part of `drop`.
    var largestStep: Double
    /// Largest area divided by the smallest one.
    var areaRatio: Double

    /// - Parameters:
    ///   - samples: in order of time.
    ///   - height: pixels per picture height.
    ///   - tolerance: how far the centroid may go up between two samples, in picture heights: noise of the motion detector's grid.
    /// - Returns: nil when nothing comes down within `maxSeconds` in at least three samples.
    init?(in samples: ArraySlice<TrackSample>, height: Double, maxSeconds: Double, tolerance: Double = 0.004) {
        guard samples.count >= 3, height > 0 else { return nil }
        let y: [Double] = samples.map { $0.centroid.y / height }
        let t: [Double] = samples.map { $0.seconds }
        guard var span = Self.largest(y, t, maxSeconds: maxSeconds, tolerance: tolerance) else { return nil }
        // Of a track's first frame often only a corner differed yet from what was behind.
        if samples.startIndex == 0, span.lowerBound == 0, span.count > 3, samples[0].area < 0.5 * samples[1].area {
            span = 1...span.upperBound
        }
        Self.trim(&span, y, t)
        let (i, j) = (span.lowerBound, span.upperBound)
        guard j - i >= 2, t[j] > t[i], y[j] > y[i], let fit = Self.fit(Array(y[i...j]), Array(t[i...j])) else {
            return nil
        }
        let base = samples.startIndex
        let a = samples[base + i], b = samples[base + j]
        first = base + i
        last = base + j
        seconds = t[j] - t[i]
        drop = y[j] - y[i]
        topDrop = Double(b.region.y - a.region.y) / height
        bottomDrop = Double(b.region.endY - a.region.endY) / height
        sideways = abs(b.centroid.x - a.centroid.x) / height
        // It began up to one frame before the first sample that shows it, and ended up to one before the last.
        let spanSeconds = seconds + seconds / Double(j - i)
        acceleration = 2 * drop / (spanSeconds * spanSeconds)
        fittedAcceleration = fit.acceleration
        residual = fit.error / drop
        var fastest = 0.0, longest = 0.0
        for k in i..<j {
            let step: Double = y[k + 1] - y[k]
            longest = max(longest, step)
            fastest = max(fastest, step / max(1e-6, t[k + 1] - t[k]))
        }
        peakSpeed = fastest
        largestStep = longest / drop
        let areas: [Double] = samples[(base + i)...(base + j)].map { $0.area }
        areaRatio = (areas.max() ?? 0) / max(1, areas.min() ?? 0)
    }

    /// The pair of samples with the largest drop between which the centroid never goes up by more than the tolerance.
    private static func largest(
        _ y: [Double], _ t: [Double], maxSeconds: Double, tolerance: Double
    ) -> ClosedRange<Int>? {
        var best: ClosedRange<Int>?
        var bestDrop = 0.0
        for j in 1..<y.count {
            var i = j
            while i > 0, y[i - 1] <= y[i] + tolerance, t[j] - t[i - 1] <= maxSeconds { i -= 1 }
            // Of equally high beginnings the last: the wait before the fall is no part of it.
            var start = i
            for k in i..<j where y[k] <= y[start] + tolerance / 2 { start = k }
            if y[j] - y[start] > bestDrop {
                bestDrop = y[j] - y[start]
                best = start...j
            }
        }
        return best
    }

    /// Cuts off the slow slide before the fall and the slow settling after the impact.
    private static func trim(_ span: inout ClosedRange<Int>, _ y: [Double], _ t: [Double]) {
        var (i, j) = (span.lowerBound, span.upperBound)
        func speed(_ k: Int) -> Double {
            let step: Double = y[k + 1] - y[k]
            return step / max(1e-6, t[k + 1] - t[k])
        }
        var peak = 0.0
        for k in i..<j { peak = max(peak, speed(k)) }
        while j - i > 2, speed(i) < peak * 0.12 { i += 1 }
        while j - i > 2, speed(j - 1) < peak * 0.3 { j -= 1 }
        span = i...j
    }

    /// Least squares of `y = y0 + v·τ + a·τ²/2` with τ from the first sample; nil when the times don't determine it.
    private static func fit(_ y: [Double], _ t: [Double]) -> (acceleration: Double, error: Double)? {
        let tau = t.map { $0 - t[0] }
        // Normal equations of the basis 1, τ, τ²/2.
        var m = [[Double]](repeating: [Double](repeating: 0, count: 4), count: 3)
        for (k, s) in tau.enumerated() {
            let basis: [Double] = [1, s, s * s / 2]
            for row in 0..<3 {
                for column in 0..<3 { m[row][column] += basis[row] * basis[column] }
                m[row][3] += basis[row] * y[k]
            }
        }
        for pivot in 0..<3 {
            guard let best = (pivot..<3).max(by: { abs(m[$0][pivot]) < abs(m[$1][pivot]) }), abs(m[best][pivot]) > 1e-12
            else { return nil }
            m.swapAt(pivot, best)
            for row in 0..<3 where row != pivot {
                let factor = m[row][pivot] / m[pivot][pivot]
                for column in pivot..<4 { m[row][column] -= factor * m[pivot][column] }
            }
        }
        let c: [Double] = (0..<3).map { (row: Int) -> Double in m[row][3] / m[row][row] }
        var sum = 0.0
        for (k, s) in tau.enumerated() {
            let fitted: Double = c[0] + c[1] * s + c[2] * s * s / 2
            let error: Double = fitted - y[k]
            sum += error * error
        }
        return (c[2], (sum / Double(y.count)).squareRoot())
    }
}
