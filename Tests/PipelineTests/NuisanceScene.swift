import Domain
import Foundation
import Media
import TestSupport

/// A made-up dock camera and what troubles it: rain, insects, a web, flicker, key frames, headlights. Deterministic.
struct NuisanceScene {
    /// What a frame looks like at `seconds`: changes the levels in place.
    typealias Trouble =
        @Sendable (_ levels: inout [Float], _ seconds: Double, _ generator: inout SeededGenerator) -> Void

    static let size = FrameSize(width: 320, height: 180)
    static let framesPerSecond = 10.0

    /// Wall with shelves above, floor below.
    private static let bare: [Float] = (0..<size.area).map { index in
        let x = index % size.width, y = index / size.width
        guard y >= 70 else {
            return 90 + (y % 23 < 3 ? 40 : 0) - (x % 57 < 4 ? 30 : 0) + ((x / 9 + y / 7) % 4 == 0 ? 14 : 0)
        }
        return 115 + Float(y - 70) * 0.2 + ((x / 20 + y / 14) % 2 == 0 ? 5 : -5)
    }

    static func frames(
        seconds: Double, framesPerSecond: Double = framesPerSecond, noise: Float = 2, _ trouble: Trouble
    ) throws -> [VideoFrame] {
        var generator = SeededGenerator(seed: 11)
        return try (0..<Int(seconds * framesPerSecond)).map { index in
            let now = Double(index) / framesPerSecond
            var levels = bare
            trouble(&levels, now, &generator)
            var pixels = [UInt8](repeating: 0, count: size.area)
            for place in pixels.indices {
                let random = generator.next()
                // The sum of four uniform bytes is nearly normal, with a deviation of 147.8.
                let sum = (random & 255) + (random >> 8 & 255) + (random >> 16 & 255) + (random >> 24 & 255)
                let value = levels[place] + noise * (Float(sum) - 510) / 147.8
                pixels[place] = UInt8(min(255, max(0, value)))
            }
            return try VideoFrame(luma: pixels, size: size, time: MediaTime(seconds: now))
        }
    }

    /// Adds `difference` inside an ellipse with a soft edge.
    static func spot(
        _ levels: inout [Float], x: Double, y: Double, radiusX: Double, radiusY: Double, _ difference: Float,
        soft: Double = 0.3
    ) {
        let left = max(0, Int(x - radiusX - 1)), right = min(size.width - 1, Int(x + radiusX + 1))
        let top = max(0, Int(y - radiusY - 1)), bottom = min(size.height - 1, Int(y + radiusY + 1))
        guard left <= right, top <= bottom else { return }
        for row in top...bottom {
            for column in left...right {
                let u = (Double(column) + 0.5 - x) / radiusX, v = (Double(row) + 0.5 - y) / radiusY
                let distance = (u * u + v * v).squareRoot()
                guard distance < 1 else { continue }
                levels[row * size.width + column] += difference * Float(min(1, (1 - distance) / soft))
            }
        }
    }

    // MARK: Troubles

    /// Streaks all over the picture, others in each frame.
    static let rain: Trouble = { levels, seconds, generator in
        guard seconds > 3 else { return }
        for _ in 0..<60 {
            let x = Int.random(in: 2..<size.width - 2, using: &generator)
            let top = Int.random(in: 0..<size.height - 24, using: &generator)
            for step in 0..<Int.random(in: 10..<22, using: &generator) {
                levels[(top + step) * size.width + x + step / 8] += 35
            }
        }
    }

    /// Moths near the lens: large, bright, out of focus, quick and erratic.
    static let insects: Trouble = { levels, seconds, generator in
        for moth in 0..<3 {
            let t = seconds - Double(moth) * 2.3 - 3
            guard t > 0, t.truncatingRemainder(dividingBy: 4) < 2.2 else { continue }
            let x = 160 + 140 * sin(5.1 * t + Double(moth)) * cos(1.3 * t)
            let y = 90 + 80 * sin(3.7 * t + 2 * Double(moth))
            spot(&levels, x: x, y: y, radiusX: 14, radiusY: 10, 70, soft: 0.6)
        }
    }

    /// A thread that swings before the lens.
    static let spiderWeb: Trouble = { levels, seconds, _ in
        let swing = 5 * sin(2 * .pi * 0.7 * seconds)
        for y in 0..<size.height {
            let x = 90 + 0.5 * Double(y) + swing * sin(Double(y) / 60)
            for offset in -2...2 {
                let column = Int(x) + offset
                guard column >= 0, column < size.width else { continue }
                levels[y * size.width + column] += 28 - Float(abs(offset)) * 8
            }
        }
    }

    /// Lamps on another frequency than the shutter: the whole picture pulses, in bands.
    static let flicker: Trouble = { levels, seconds, _ in
        for y in 0..<size.height {
            let wave = Float(0.06 * sin(2 * .pi * (3.1 * seconds + Double(y) / 120)))
            for x in 0..<size.width { levels[y * size.width + x] *= 1 + wave }
        }
    }

    /// An encoder that drifts, and starts afresh every two seconds: blocks change all at once.
    static let keyFramePulses: Trouble = { levels, seconds, _ in
        let phase = seconds.truncatingRemainder(dividingBy: 2) / 2
        for y in 0..<size.height {
            for x in 0..<size.width {
                let block = (x / 8 * 31 + y / 8 * 17) % 7 - 3
                levels[y * size.width + x] += Float(block) * Float(phase) * 2.5
            }
        }
    }

    /// A lorry's light wanders over the floor and the wall.
    static let headlights: Trouble = { levels, seconds, _ in
        let t = seconds - 4
        guard t > 0, t < 5 else { return }
        let x = -40 + 80 * t
        spot(&levels, x: x, y: 125, radiusX: 70, radiusY: 38, 55, soft: 0.8)
        spot(&levels, x: x + 60, y: 120, radiusX: 50, radiusY: 30, 45, soft: 0.8)
    }

    /// All lamps go off and on again.
    static let lamps: Trouble = { levels, seconds, _ in
        guard seconds > 4, seconds < 8 else { return }
        for index in levels.indices { levels[index] *= 0.55 }
    }

    /// Somebody pushes the camera: the view shifts for good.
    static let push: Trouble = { levels, seconds, _ in
        guard seconds > 5 else { return }
        let from = levels
        for y in 0..<size.height {
            for x in 0..<size.width {
                levels[y * size.width + x] =
                    from[min(size.height - 1, y + 9) * size.width + min(size.width - 1, x + 21)]
            }
        }
    }

    /// The camera looks elsewhere: at a bright door beside a dark rack.
    static func turn(_ levels: inout [Float]) {
        for index in levels.indices {
            let x = index % size.width, y = index / size.width
            levels[index] = x < 130 ? 190 + Float(y % 31 < 4 ? -60 : 0) : 45 + Float((x / 14 + y / 22) % 3) * 28
        }
    }

    /// A cloud: the light goes down and comes back within some seconds.
    static let cloud: Trouble = { levels, seconds, _ in
        let t = min(1, max(0, (seconds - 3) / 3)) - min(1, max(0, (seconds - 8) / 3))
        for index in levels.indices { levels[index] *= 1 - 0.25 * Float(t) }
    }

    /// A box falls off the shelf: what must be seen in spite of all.
    static func box(from start: Double) -> Trouble {
        { levels, seconds, _ in
            let t = seconds - start
            let y = t < 0 ? 50 : min(150, 50 + 0.5 * 360 * t * t)
            for row in max(0, Int(y) - 12)..<min(size.height, Int(y) + 12) {
                for column in 200..<226 { levels[row * size.width + column] = (row + column) % 9 < 4 ? 205 : 225 }
            }
        }
    }
}
