import CMotion
import Domain
import Foundation

/// Finds small things in free fall: blobs that move alone, frame after frame along a parabola that opens downwards.
///
/// What falls has a known acceleration, so no network and no rest is needed. Blobs are those of three-frame differences
/// (Kameda & Minoh 1996); a blob counts only when hardly more than its own way has changed around it within three frames,
/// since a hand, an arm or a wing belongs to something larger. Judged three frames late.
final class FlightDetector {
    /// Frames before and after the judged one.
    private static let reach = 3
    /// Fewest frames of a flight.
    private static let fewestFrames = 5
    /// Blobs of a frame that are looked at, the largest first, and ways that are followed at once.
    private static let maxBlobs = 12
    private static let maxChains = 64
    /// Heights of the whole picture, in metres, that a fitted acceleration may mean. A camera that sees less than half a
    /// metre or more than 25 m of height sees no goods fall.
    private static let pictureHeightMetres = 0.5...25.0
    /// Smallest drop, as a part of the picture's height.
    private static let leastDrop = 0.08
    /// False flights an hour that blobs which appear by chance (rain, snow, noise) may make.
    private static let chanceFlightsPerHour = 0.01
    /// The acceleration must be as many times its own uncertainty: a few frames of something slow fit any parabola.
    private static let leastCertainty = 4.0
    /// Frames whose blobs are kept: a fall of 1.3 s at 30 frames a second, and what was before it.
    private static let keptFrames = 64
    private static let gravity = 9.81
    /// For so long after a flight nothing larger may move where it was, in seconds: the shadow of what is put down, or the
    /// hand's lower edge, comes first and looks like a fall.
    private static let calmSeconds = 0.25

    private struct Blob {
        var x: Double
        var y: Double
        var box: Box
        var area: Int
    }

    private struct Point3 {
        var seconds: Double
        var blob: Blob
    }

    private let width: Int
    private let height: Int
    /// The smoothed frames of the last moments, the oldest first.
    private var planes: [Plane<Int16>]
    private var seconds: [Double] = []
    private let byteRow: Plane<UInt8>
    private let flags: Plane<UInt8>
    private let around: Plane<UInt8>
    private let scratch: Plane<UInt8>
    private var small = Components(maxRuns: 6000)
    private var large = Components(maxRuns: 12_000)
    private var gauge = NoiseGauge()
    private var chains: [[Point3]] = []
    /// Blobs of the last frames that were judged, the newest last.
    private var recent: [(seconds: Double, blobs: [Blob])] = []
    /// Running mean of blobs a frame.
    private var usualBlobs = 0.0
    private var lastFlight: (seconds: Double, x: Double)?
    /// Flights that have ended, and are calm so far.
    private var landed: [(chain: [Point3], flight: Flight)] = []

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        planes = (0...2 * Self.reach).map { _ in Plane(width: width, height: height, filledWith: 0) }
        byteRow = Plane(width: width + 2, height: 1, filledWith: 0)
        flags = Plane(width: width, height: height, filledWith: 0)
        around = Plane(width: width, height: height, filledWith: 0)
        scratch = Plane(width: width, height: height, filledWith: 0)
    }

    /// Forgets what it saw: the picture changed as a whole.
    func reset() {
        seconds.removeAll(keepingCapacity: true)
        chains.removeAll(keepingCapacity: true)
        landed.removeAll(keepingCapacity: true)
        recent.removeAll(keepingCapacity: true)
    }

    /// Takes the next frame.
    /// - Parameter smoothed: its luma in grid pixels, shifted back onto the background, over 3 x 3 pixels.
    /// - Returns: The flights that have just ended; mostly none. Positions are grid pixels.
    func update(_ smoothed: Plane<Int16>, seconds now: Double) -> [Flight] {
        if let last = seconds.last, now - last > 0.5 || now <= last { reset() }
        let newest = planes.removeFirst()
        newest.copy(from: smoothed)
        planes.append(newest)
        seconds.append(now)
        guard seconds.count >= planes.count else { return [] }
        if seconds.count > planes.count { seconds.removeFirst() }
        let blobs = findBlobs()
        let time = seconds[Self.reach]
        usualBlobs += 0.05 * (Double(blobs.count) - usualBlobs)
        recent.append((time, blobs))
        if recent.count > Self.keptFrames { recent.removeFirst() }
        landed.removeAll { entry in
            // The last frames of its own way are still among what changed.
            time - (entry.chain.last?.seconds ?? time) > 0 && !isCalm(entry.chain)
        }
        landed += advance(blobs, seconds: time)
        let calm = landed.prefix { time - ($0.chain.last?.seconds ?? time) >= Self.calmSeconds }.map(\.flight)
        landed.removeFirst(calm.count)
        return calm
    }

    /// Whether nothing larger than what fell moves where it fell.
    private func isCalm(_ chain: [Point3]) -> Bool {
        chain.allSatisfy { point in
            let box = point.blob.box
            return isAlone(
                Component(left: box.left, top: box.top, right: box.right, bottom: box.bottom, area: point.blob.area))
        }
    }

    // MARK: Blobs

    private func findBlobs() -> [Blob] {
        let count = width * height, middle = Self.reach
        let here = planes[middle], before = planes[middle - 1]
        let limit = max(4, 5 * gauge.deviation(of: here, less: before)) * Float(CM_LEVEL)
        let changed = cm_find_flying(
            here.pixels, before.pixels, planes[middle + 1].pixels, planes[0].pixels, planes[2 * middle].pixels,
            Int16(min(limit, Float(Int16.max))), flags.pixels, around.pixels, Int32(count))
        guard changed > 0, changed < count / 20 else {
            large.clear()
            return []
        }
        scratch.dilate(around, row: byteRow.pixels)
        large.label(scratch.pixels, width: width, height: height)
        var found = blobs()
        // The front and the back of something slow are two crescents: what closing joins is looked at as well.
        scratch.dilate(flags, row: byteRow.pixels)
        flags.erode(scratch, row: byteRow.pixels)
        for joined in blobs() where !found.contains(where: { $0.box == joined.box }) { found.append(joined) }
        found.sort { $0.area > $1.area }
        return Array(found.prefix(Self.maxBlobs))
    }

    /// What is set, connected, small and alone.
    private func blobs() -> [Blob] {
        small.label(flags.pixels, width: width, height: height)
        var found: [Blob] = []
        for component in small.list
        where component.area >= 2 && component.area <= width * height / 50 && isAlone(component) {
            var sumX = 0, sumY = 0
            for run in small.runs[component.runs] {
                let length = Int(run.end - run.start)
                sumX += length * (Int(run.start) + Int(run.end) - 1)
                sumY += length * Int(run.row)
            }
            let area = Double(component.area)
            found.append(
                Blob(
                    x: Double(sumX) / 2 / area + 0.5, y: Double(sumY) / area + 0.5, box: component.box,
                    area: component.area))
        }
        return found
    }

    /// Whether what changed around it within three frames is hardly wider than itself: a falling thing draws a narrow streak.
    private func isAlone(_ blob: Component) -> Bool {
        let box = blob.box
        for component in large.list {
            // The streak is one pixel wider at each side, because it was widened.
            guard component.width > 3 * blob.width + 5 || component.area > 14 * max(blob.area, box.area) + 60,
                component.left <= box.right + 1, component.right >= box.left - 1, component.top <= box.bottom + 1,
                component.bottom >= box.top - 1
            else { continue }
            for run in large.runs[component.runs]
            where Int(run.row) >= box.top - 1 && Int(run.row) <= box.bottom + 1 && Int(run.start) <= box.right + 1
                && Int(run.end) > box.left - 1
            {
                return false
            }
        }
        return true
    }

    // MARK: Ways

    private func advance(_ blobs: [Blob], seconds now: Double) -> [(chain: [Point3], flight: Flight)] {
        // Nothing flies, the usual case.
        if chains.isEmpty, blobs.isEmpty { return [] }
        var ended: [[Point3]] = []
        var going: [[Point3]] = []
        for chain in chains {
            if let next = blobs.filter({ continues(chain, $0, now) }).min(by: {
                distance(chain, $0, now) < distance(chain, $1, now)
            }) {
                going.append(chain + [Point3(seconds: now, blob: next)])
            } else {
                ended.append(chain)
            }
        }
        if let before = recent.dropLast().last, now - before.seconds < 0.3 {
            for first in before.blobs {
                for second in blobs where going.count < Self.maxChains {
                    let down = second.y - first.y, aside = abs(second.x - first.x)
                    guard down >= 0.4, down <= 0.25 * Double(height), aside <= max(1.5, 0.8 * down),
                        Self.isSameSize(first, second)
                    else { continue }
                    going.append([Point3(seconds: before.seconds, blob: first), Point3(seconds: now, blob: second)])
                }
            }
        }
        chains = Array(going.sorted { $0.count > $1.count }.prefix(Self.maxChains))
        var flights: [(chain: [Point3], flight: Flight)] = []
        for chain in ended.sorted(by: { $0.count > $1.count }) where chain.count >= Self.fewestFrames {
            guard let flight = flight(chain), let first = chain.first, let end = chain.last else { continue }
            // Ways that share their points, and what follows after a gap, are one flight.
            let isKnown = lastFlight.map { first.seconds - $0.seconds < 0.4 && abs(first.blob.x - $0.x) < 15 } ?? false
            lastFlight = (end.seconds, end.blob.x)
            if !isKnown { flights.append((chain, flight)) }
        }
        return flights
    }

    private static func isSameSize(_ a: Blob, _ b: Blob) -> Bool {
        a.area <= 6 * b.area + 6 && b.area <= 6 * a.area + 6
    }

    private func predicted(_ chain: [Point3], _ now: Double) -> (x: Double, y: Double)? {
        guard chain.count >= 3 else { return nil }
        let points = chain.suffix(10)
        guard let fit = Parabola(points.map { ($0.seconds, $0.blob.x, $0.blob.y) }) else { return nil }
        return fit.position(at: now)
    }

    private func continues(_ chain: [Point3], _ blob: Blob, _ now: Double) -> Bool {
        guard let last = chain.last, Self.isSameSize(last.blob, blob), chain.count >= 2 else { return false }
        let before = chain[chain.count - 2]
        let step = last.blob.y - before.blob.y
        guard let expected = predicted(chain, now) else {
            let down = blob.y - last.blob.y, aside = abs(blob.x - last.blob.x)
            return down >= step - 0.8 && down <= 3 * step + 5 && aside <= max(1.5, 0.8 * down)
        }
        return abs(blob.y - expected.y) < max(1.5, 0.15 * step + 1.5) && abs(blob.x - expected.x) < 2.5
    }

    private func distance(_ chain: [Point3], _ blob: Blob, _ now: Double) -> Double {
        guard let expected = predicted(chain, now) else { return abs(blob.x - (chain.last?.blob.x ?? 0)) }
        return abs(blob.y - expected.y) + abs(blob.x - expected.x)
    }

    /// What a way is, when it is one of free fall.
    private func flight(_ chain: [Point3]) -> Flight? {
        guard let first = chain.first, let last = chain.last,
            let fit = Parabola(chain.map { ($0.seconds, $0.blob.x, $0.blob.y) })
        else { return nil }
        let drop = last.blob.y - first.blob.y
        guard fit.acceleration > 0, fit.acceleration >= Self.leastCertainty * fit.uncertainty,
            Self.pictureHeightMetres.contains(Double(height) / fit.acceleration * Self.gravity),
            drop >= Self.leastDrop * Double(height), fit.residual <= max(0.6, 0.03 * drop),
            chain.count >= fewestFrames(rate: Double(chain.count - 1) / max(1e-3, last.seconds - first.seconds)),
            !roseBefore(first, step: max(1, chain[1].blob.y - first.blob.y))
        else { return nil }
        let moments = chain.map { point in
            Flight.Moment(
                seconds: point.seconds,
                region: Region(
                    x: point.blob.box.left, y: point.blob.box.top, width: point.blob.box.width,
                    height: point.blob.box.height), centroid: Point(x: point.blob.x, y: point.blob.y))
        }
        return Flight(moments: moments, acceleration: fit.acceleration, residualPixels: fit.residual)
    }

    /// How many frames a way needs so that blobs which come and go by chance hardly ever make one.
    ///
    /// With b blobs a frame, some b³ · 2·10⁻⁴ triples a frame look like a beginning (two steps down, hardly aside), and each
    /// further frame is continued by chance with b · 20 / (pixels of the frame).
    private func fewestFrames(rate: Double) -> Int {
        let blobs = max(0.5, usualBlobs)
        let begins = 2e-4 * blobs * blobs * blobs * rate * 3600
        let goesOn = min(0.9, blobs * 20 / Double(width * height))
        let needed = 3 + log(Self.chanceFlightsPerHour / max(1e-9, begins)) / log(goesOn)
        return max(Self.fewestFrames, Int(clamping: needed.rounded(.up)))
    }

    /// Whether it came up before it came down: a ball, a bird, an insect. At the top it hardly moves, and is not seen for some
    /// frames.
    private func roseBefore(_ first: Point3, step: Double) -> Bool {
        var (x, y, highest) = (first.blob.x, first.blob.y, first.blob.y)
        var reach = 3 + step
        var lower = 0
        for (time, blobs) in recent.reversed() where time < first.seconds && first.seconds - time < 1.5 {
            let near = blobs.filter { Self.isSameSize($0, first.blob) && hypot($0.x - x, $0.y - y) < reach }
            guard let before = near.min(by: { hypot($0.x - x, $0.y - y) < hypot($1.x - x, $1.y - y) }) else {
                reach += 1.5
                continue
            }
            (x, y, highest) = (before.x, before.y, min(highest, before.y))
            reach = 4 + step
            if before.y > highest + 1.5 { lower += 1 }
        }
        return lower >= 2
    }
}

/// x = a + b t, y = c + d t + e t²: least squares.
struct Parabola {
    private let origin: Double
    private let x: (Double, Double)
    private let y: (Double, Double, Double)
    /// Pixels/s², downwards.
    let acceleration: Double
    /// Standard deviation of `acceleration`, pixels/s²: of a least squares fit to n evenly spaced places, each known to its
    /// residual (a third of a pixel at least), σ · 2 √(180 / n⁵) / Δt².
    let uncertainty: Double
    /// Root mean square of the distances in y, pixels.
    let residual: Double

    /// - Returns: nil for fewer than three moments, or moments that are too near.
    init?(_ points: [(seconds: Double, x: Double, y: Double)]) {
        guard points.count >= 3, let first = points.first else { return nil }
        origin = first.seconds
        let count = Double(points.count)
        let times = points.map { $0.seconds - first.seconds }
        let mean = times.reduce(0, +) / count
        let shifted = times.map { $0 - mean }
        let s2 = shifted.reduce(0) { $0 + $1 * $1 }
        let s3 = shifted.reduce(0) { $0 + $1 * $1 * $1 }
        let s4 = shifted.reduce(0) { $0 + $1 * $1 * $1 * $1 }
        guard s2 > 1e-9 else { return nil }
        let meanX = points.reduce(0) { $0 + $1.x } / count, meanY = points.reduce(0) { $0 + $1.y } / count
        let tx = zip(shifted, points).reduce(0) { $0 + $1.0 * $1.1.x }
        let ty = zip(shifted, points).reduce(0) { $0 + $1.0 * $1.1.y }
        let tty = zip(shifted, points).reduce(0) { $0 + $1.0 * $1.0 * $1.1.y }
        // With the times about their mean: [n 0 s2; 0 s2 s3; s2 s3 s4] (c d e) = (Σy, Σty, Σt²y).
        let determinant = s4 - s2 * s2 / count - s3 * s3 / s2
        guard abs(determinant) > 1e-12 else { return nil }
        let e = (tty - s2 * meanY - s3 * ty / s2) / determinant
        let d = (ty - s3 * e) / s2
        let c = meanY - s2 * e / count
        // About the mean: y = c + d (t − mean) + e (t − mean)².
        y = (c - d * mean + e * mean * mean, d - 2 * e * mean, e)
        let slope = tx / s2
        x = (meanX - slope * mean, slope)
        acceleration = 2 * e
        var squares = 0.0
        for (time, point) in zip(times, points) {
            let off = point.y - (y.0 + y.1 * time + y.2 * time * time)
            squares += off * off
        }
        residual = (squares / count).squareRoot()
        let step = ((points.last?.seconds ?? first.seconds) - first.seconds) / (count - 1)
        uncertainty = 2 * max(residual, 0.33) * (180 / pow(count, 5)).squareRoot() / (step * step)
    }

    func position(at seconds: Double) -> (x: Double, y: Double) {
        let time = seconds - origin
        return (x.0 + x.1 * time, y.0 + y.1 * time + y.2 * time * time)
    }
}
