import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Readers of a ring that nothing comes into", .mayWait)
struct RingWaitingTests {
    /// So many half seconds have twelve hours.
    static let halfSeconds = 12 * 3600 * 2

    private func item(_ number: Int) throws -> Packet { try Packet.made(ticks: Int64(number) * 9000, isKey: true) }

    @Test("Twelve hours of waiting leave no waiter behind, and each packet after them wakes the reader once")
    func outage() async throws {
        let ring = PacketRing(seconds: 10, maxBytes: 1 << 20)
        let parameters = try StreamParameters.made()
        let cursor = ring.makeLiveCursor()
        for _ in 0..<Self.halfSeconds { #expect(cursor.nextBlocking(timeoutSeconds: 0) == nil) }
        #expect(ring.waiterCount == 0)
        #expect(ring.wakeUps == 0)
        let reader = Thread.reading { () -> Int in
            var read = 0
            while cursor.nextBlocking(timeoutSeconds: 60) != nil { read += 1 }
            return read
        }
        for number in 0..<200 {
            await waited { ring.waiterCount > 0 }
            ring.append(try item(number), parameters: parameters)
        }
        await waited { ring.waiterCount > 0 }
        #expect(ring.wakeUps == 200)
        ring.finish()
        #expect(await reader.value == 200)
    }

    @Test("The decoder of a camera that was away for long waits once, and is woken once by each packet")
    func decoderAfterOutage() async throws {
        let source = try RingTests.Source()
        let ring = PacketRing(seconds: 10, maxBytes: 1 << 24)
        let feed = LiveFrameFeed(
            ring: ring, maxLagSeconds: 1000, threads: 1, clock: SystemClock(), logger: nil, pollSeconds: 0.000_1)
        // Thousands of time-outs.
        let until = ContinuousClock.now + .seconds(1)
        var most = 0
        while ContinuousClock.now < until {
            most = max(most, ring.waiterCount)
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(most <= 1)
        let before = ring.wakeUps
        for packet in source.packets { ring.append(packet, parameters: source.parameters) }
        #expect(ring.wakeUps - before <= source.packets.count)
        #expect(try await feed.next() != nil)
        ring.finish()
        while try await feed.next() != nil {}
    }

    @Test("A task that gives up waiting leaves no waiter behind")
    func cancelledTask() async throws {
        let ring = PacketRing(seconds: 10, maxBytes: 1 << 20)
        for _ in 0..<50 {
            let cursor = ring.makeLiveCursor()
            let reader = Task { try await cursor.next() }
            await waited { ring.waiterCount > 0 }
            reader.cancel()
            await #expect(throws: CancellationError.self) { _ = try await reader.value }
        }
        #expect(ring.waiterCount == 0)
    }

    @Test("Who ends one reader wakes no other")
    func releasing() async throws {
        let ring = PacketRing(seconds: 10, maxBytes: 1 << 20)
        let one = ring.makeLiveCursor(), other = ring.makeLiveCursor()
        let reader = Thread.reading { one.nextBlocking(timeoutSeconds: 600) == nil }
        let second = Thread.reading { other.nextBlocking(timeoutSeconds: 600) == nil }
        await waited { ring.waiterCount == 2 }
        one.release()
        #expect(await reader.value)
        #expect(ring.waiterCount == 1)
        ring.finish()
        #expect(await second.value)
    }

    @Test("A chain of 200,000 groups of pictures is let go without recursion")
    func longChain() throws {
        let ring = PacketRing(seconds: 1, maxBytes: 1 << 30)
        let parameters = try StreamParameters.made()
        ring.append(try item(0), parameters: parameters)
        let cursor = ring.makeLiveCursor()
        for number in 1...200_000 { ring.append(try item(number), parameters: parameters) }
        #expect(cursor.pinnedBytes >= 200_000)
        // On a thread with a stack that holds a few hundred calls.
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            cursor.release()
            done.signal()
        }
        thread.stackSize = 64 << 10
        thread.start()
        done.wait()
        #expect(cursor.pinnedBytes == 0 && ring.statistics.gops < 20)
    }
}

/// Returns when something has come about that another thread does; the test's time limit is the only one.
func waited(for condition: () -> Bool) async {
    while !condition() { try? await Task.sleep(for: .milliseconds(1)) }
}

extension Thread {
    /// Runs `body` on a thread of its own.
    static func reading<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Task<Value, Never> {
        Task {
            await withCheckedContinuation { continuation in
                Thread { continuation.resume(returning: body()) }.start()
            }
        }
    }
}
