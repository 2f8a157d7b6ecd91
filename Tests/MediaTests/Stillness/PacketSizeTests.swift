import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Sizes of packets")
struct PacketSizeTests {
    /// Packets of a camera at 10 frames a second with a key frame every 2 s: sizes as of noise, by a factor that is
    /// `spread` wide.
    private struct Camera {
        var generator = SeededGenerator(seed: 5)
        var spread = 0.1
        var frame = 0
        /// B frames between two others.
        var between = 0

        /// - Parameter factor: How much larger than of noise alone.
        mutating func next(_ factor: Double = 1) -> [PacketFacts] {
            defer { frame += between + 1 }
            let pts = Int64(frame + between) * 9000
            func noise() -> Double {
                // The sum of twelve uniform numbers is nearly normal.
                (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
            }
            guard frame % 20 != 0 else {
                return [
                    PacketFacts(pts: Int64(frame) * 9000, bytes: Int(40_000 * exp(0.01 * noise())), isKeyFrame: true)
                ]
            }
            let anchor = PacketFacts(pts: pts, bytes: Int(factor * 3000 * exp(spread * noise())), isKeyFrame: false)
            let others = (0..<between).map { index in
                PacketFacts(pts: pts - Int64(between - index) * 9000, bytes: 100, isKeyFrame: false)
            }
            return [anchor] + others
        }
    }

    private func learned(_ camera: inout Camera, steps: Int = 600) -> PacketSizeWatch {
        var watch = PacketSizeWatch()
        for _ in 0..<steps { for packet in camera.next() { _ = watch.take(packet, learns: true) } }
        return watch
    }

    @Test("the running median and deviation are those of the last values, sorted")
    func runningMedian() {
        var generator = SeededGenerator(seed: 1)
        var running = RunningMedian(capacity: 25)
        var all: [Float] = []
        #expect(running.median == nil && running.deviation == 0)
        for _ in 0..<400 {
            let value = Float(Int.random(in: 0..<40, using: &generator))
            running.append(value)
            all.append(value)
            let last = all.suffix(25).sorted()
            let middle = last[last.count / 2]
            let distances = last.map { abs($0 - middle) }.sorted()
            #expect(running.median == middle && running.count == last.count)
            // Of the middle value itself and those nearest to it.
            #expect(running.deviation == 1.4826 * distances[last.count / 2])
        }
        running.append(.nan)
        #expect(running.count == 25)
    }

    @Test("an hour of noise surprises hardly ever")
    func noise() {
        var camera = Camera()
        var watch = learned(&camera)
        #expect(watch.isReady && !watch.isControlled)
        var surprises = 0
        for _ in 0..<36_000 {
            for packet in camera.next() where watch.take(packet, learns: true) != nil { surprises += 1 }
        }
        #expect(surprises <= 6)
    }

    @Test("one packet that is twice as large is a jump")
    func jump() {
        var camera = Camera()
        var watch = learned(&camera, steps: 605)
        let surprises = camera.next(2.6).map { watch.take($0, learns: true) }
        #expect(surprises.map { $0?.kind } == [.jump])
    }

    @Test("packets that are larger by a few deviations are a rise within a second")
    func rise() {
        var camera = Camera()
        var watch = learned(&camera, steps: 605)
        let began = Int64(camera.frame) * 9000
        var steps = 0
        var surprise: PacketSizeWatch.Surprise?
        while steps < 100, surprise == nil {
            for packet in camera.next(1.5) { surprise = surprise ?? watch.take(packet, learns: true) }
            steps += 1
        }
        #expect(steps < 10 && surprise?.kind == .rise)
        // When it began is known to half a second.
        #expect(abs((surprise?.since ?? 0) - began) <= 45_000)
    }

    @Test("a key frame of another size is a surprise")
    func keyFrame() {
        var camera = Camera()
        var watch = learned(&camera, steps: 600)
        let key = camera.next()[0]
        #expect(key.isKeyFrame)
        var larger = key
        larger.bytes = key.bytes * 5 / 4
        #expect(watch.take(larger, learns: true)?.kind == .keyFrame)
    }

    @Test("of streams with B frames the others are compared")
    func betweenFrames() {
        var camera = Camera(between: 3)
        var watch = learned(&camera, steps: 600)
        #expect(watch.isReady)
        var packets = camera.next()
        while packets[0].isKeyFrame { packets = camera.next() }
        packets[1].bytes = 100_000
        #expect(packets.allSatisfy { watch.take($0, learns: true) == nil })
        packets = camera.next(2.5)
        #expect(watch.take(packets[0], learns: true)?.kind == .jump)
    }

    @Test("after surprises that were none, more is expected; after right ones, less again")
    func tolerance() {
        var camera = Camera()
        var watch = learned(&camera, steps: 605)
        for _ in 0..<4 { watch.raiseTolerance() }
        #expect(camera.next(2.2).map { watch.take($0, learns: false) } == [nil])
        for _ in 0..<20 { watch.raiseTolerance() }
        #expect(watch.tolerance == 3)
        for _ in 0..<20 { watch.lowerTolerance() }
        #expect(watch.tolerance == 1)
        #expect(camera.next(2.6).map { watch.take($0, learns: false)?.kind } == [.jump])
    }

    @Test("sizes that the encoder keeps equal are recognised")
    func controlled() {
        var camera = Camera(spread: 0.002)
        let watch = learned(&camera)
        #expect(watch.isControlled)
    }

    @Test("what fills a packet up doesn't count")
    func filler() {
        func filler(_ bytes: [UInt8]) -> Int { bytes.withUnsafeBufferPointer { PacketFacts.filler($0) } }
        let filled: [UInt8] = [0, 0, 1, 0x41, 7, 9, 0x12, 0, 0, 1, 0x0C] + Array(repeating: 0xFF, count: 300) + [0x80]
        #expect(filler(filled) == 301)
        #expect(filler([0, 0, 1, 0x41, 7, 0xFF, 0xFF, 0x80]) == 0)
        #expect(filler([]) == 0 && filler([0x80]) == 0)
        #expect(filler(Array(repeating: 0xFF, count: 300)) == 0)
    }
}
