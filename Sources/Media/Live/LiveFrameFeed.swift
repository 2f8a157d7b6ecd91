import Domain
import Foundation
import Synchronization

/// The newest frames of a camera, decoded from its ring on a thread of its own.
///
/// Begins at the last key frame in the ring, so that a late start loses nothing. Whoever is slow gets the newest frame;
/// a decoder that falls behind goes on at the newest key frame. What is left out is counted.
public final class LiveFrameFeed: FrameFeed {
    private let queue = FrameQueue(capacity: 1, whenFull: .dropOldest)
    private let ring: PacketRing
    private let maxLagSeconds: Double
    private let latestInfo = Mutex<StreamInfo?>(nil)

    /// - Parameter maxLagSeconds: How far decoding may fall behind the newest packet before it skips to a key frame.
    public init(ring: PacketRing, maxLagSeconds: Double = 3, threads: Int = 1) {
        self.ring = ring
        self.maxLagSeconds = maxLagSeconds
        let queue = queue
        WorkerThread.start("decode camera") { [ring, weak self] in
            Self.run(ring, queue, maxLagSeconds, threads) { info in self?.latestInfo.withLock { $0 = info } }
        }
    }

    deinit { stop() }

    public var info: StreamInfo {
        latestInfo.withLock { $0 } ?? ring.parameters?.info
            ?? StreamInfo(codecName: "", frameSize: FrameSize(width: 0, height: 0), framesPerSecond: 0)
    }

    public var skippedFrames: Int { queue.skipped }

    public func next() async throws -> VideoFrame? { try await queue.next() }

    public func stop() { queue.stop() }

    private static func run(
        _ ring: PacketRing, _ queue: FrameQueue, _ maxLagSeconds: Double, _ threads: Int,
        _ learned: (StreamInfo) -> Void
    ) {
        struct Stopped: Error {}
        func hand(_ frame: VideoFrame) throws {
            guard queue.push(frame) else { throw Stopped() }
        }
        var cursor = ring.makeLiveCursor()
        defer { cursor.release() }
        var decoder: VideoDecoder?
        while !queue.isStopped {
            guard let item = cursor.nextBlocking(timeoutSeconds: 0.5) else {
                if cursor.isAtEnd { break }
                continue
            }
            guard item.packet.isVideo else { continue }
            if isLate(item.packet, ring, maxLagSeconds) {
                // What lies between here and the newest key frame is never decoded.
                let newer = ring.makeLiveCursor()
                if let start = newer.nextIfPresent(), start.packet.time > item.packet.time {
                    var skipped = 1
                    while let passed = cursor.nextIfPresent(), passed.packet.time < start.packet.time {
                        skipped += passed.packet.isVideo ? 1 : 0
                    }
                    queue.addSkipped(skipped)
                    cursor.release()
                    newer.release()
                    cursor = ring.makeLiveCursor()
                    decoder?.reset()
                    continue
                }
                newer.release()
            }
            do {
                if decoder == nil || decoder?.parameters !== item.parameters {
                    try decoder?.flush(hand)
                    decoder = try VideoDecoder(item.parameters, threads: threads)
                    learned(item.parameters.info)
                }
                try decoder?.decode(item.packet, hand)
            } catch is Stopped {
                return
            } catch {
                queue.finish(.failure(error))
                return
            }
        }
        do { try decoder?.flush(hand) } catch { return }
        queue.finish(.success(()))
    }

    private static func isLate(_ packet: Packet, _ ring: PacketRing, _ maxLagSeconds: Double) -> Bool {
        guard let newest = ring.statistics.newest else { return false }
        guard let lag = newest.seconds(since: packet.time) else { return newest.epoch > packet.time.epoch + 1 }
        return lag > maxLagSeconds
    }
}
