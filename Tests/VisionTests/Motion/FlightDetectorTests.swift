import CMotion
import Domain
import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite("free fall of small things")
struct FlightDetectorTests {
    private static let size = (width: 320, height: 180)

    /// Plays discs of a given radius, at places in grid pixels, over a noisy wall.
    private func flights(
        framesPerSecond: Double, seconds: Double = 3, radius: Double = 2.5, noise: Double = 1.5,
        places: (Double) -> [(x: Double, y: Double)]
    ) -> [Flight] {
        let detector = FlightDetector(width: Self.size.width, height: Self.size.height)
        let plane = Plane<Int16>(width: Self.size.width, height: Self.size.height, filledWith: 0)
        let smoothed = Plane<Int16>(width: Self.size.width, height: Self.size.height, filledWith: 0)
        let row = Plane<Int32>(width: Self.size.width + 2, height: 1, filledWith: 0)
        var generator = SeededGenerator(seed: 3)
        var found: [Flight] = []
        for frame in 0..<Int(seconds * framesPerSecond) {
            let time = Double(frame) / framesPerSecond
            let discs = places(time)
            for y in 0..<Self.size.height {
                for x in 0..<Self.size.width {
                    var level = 110 + Double(x % 37) + noise * Double.random(in: -1.7...1.7, using: &generator)
                    for disc in discs where hypot(Double(x) - disc.x, Double(y) - disc.y) <= radius { level = 30 }
                    plane.pixels[y * Self.size.width + x] = Int16(level * Double(CM_LEVEL))
                }
            }
            smoothed.smooth(plane, row: row.pixels)
            found += detector.update(smoothed, seconds: time)
        }
        return found
    }

    @Test("something small that falls is followed, and its acceleration is that of gravity", arguments: [12.0, 25, 30])
    func falls(framesPerSecond: Double) throws {
        // 200 px/s²: the picture is 8.8 m high.
        let flights = flights(framesPerSecond: framesPerSecond) { time in
            let t = time - 1
            return t > 0 && t < 1.1 ? [(160 + 10 * t, 20 + 100 * t * t)] : []
        }
        let flight = try #require(flights.first)
        #expect(flights.count == 1 && flight.moments.count >= 5)
        #expect(abs(flight.acceleration - 200) < 30 && flight.residualPixels < 1)
        #expect(flight.moments[0].seconds >= 1 && flight.moments[0].seconds < 1.6)
    }

    @Test("what goes down evenly, at any speed, does not fall: an insect, a lift, a spider on its thread")
    func even() {
        for speed in [20.0, 60, 120] {
            #expect(flights(framesPerSecond: 25) { time in [(160, 10 + speed * time)] }.isEmpty)
        }
    }

    @Test("what comes up before it comes down is a ball, a bird or an insect")
    func thrown() {
        let flights = flights(framesPerSecond: 25) { time in
            let t = time - 1.5
            return abs(t) < 1.1 ? [(160 + 20 * t, 30 + 100 * t * t)] : []
        }
        #expect(flights.isEmpty)
    }

    @Test("a part of something large, an arm or a leg, is not alone")
    func limb() {
        let flights = flights(framesPerSecond: 25) { time in
            let t = time - 1
            guard t > 0, t < 1.1 else { return [] }
            // The body beside it moves too.
            let body = (0..<60).map { (x: 130 + Double($0 % 10) * 3 + 15 * t, y: 20 + Double($0 / 10) * 16 + 30 * t) }
            return body + [(165 + 10 * t, 20 + 100 * t * t)]
        }
        #expect(flights.isEmpty)
    }

    @Test("what comes before something larger that is put down, its shadow or its lower edge, is no fall")
    func shadow() {
        let flights = flights(framesPerSecond: 25) { time -> [(x: Double, y: Double)] in
            let t = time - 1
            guard t > 0 else { return [] }
            var places: [(x: Double, y: Double)] = []
            if t < 0.6 { places.append((x: 160 + 4 * t, y: 20 + 150 * t * t)) }
            // The thing itself, a third of a second behind it.
            let late = t - 0.35
            guard late > 0 else { return places }
            let bottom = min(80, -30 + 160 * late)
            for row in 0..<8 {
                for column in 0..<5 { places.append((x: 150 + Double(column) * 5, y: bottom - Double(row) * 5)) }
            }
            return places
        }
        #expect(flights.isEmpty)
    }

    @Test("specks that come and go by chance, as rain and snow do, make no flight")
    func rain() {
        var generator = SeededGenerator(seed: 11)
        let flights = flights(framesPerSecond: 15, seconds: 60, radius: 1.5) { _ in
            (0..<25).map { _ in
                (Double.random(in: 0..<320, using: &generator), Double.random(in: 0..<180, using: &generator))
            }
        }
        #expect(flights.isEmpty)
    }

    @Test("a scale that no camera of a warehouse has is no fall")
    func scale() {
        // 20 px/s²: the picture would be 88 m high.
        #expect(
            flights(framesPerSecond: 25, seconds: 6) { time in
                let t = time - 1
                return t > 0 && t < 3.9 ? [(160, 10 + 10 * t * t)] : []
            }.isEmpty)
    }
}
