import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Packet ring", .mayWait)
struct RingTests {
    /// 12 s at 10 frames/s, a key frame each second.
    struct Source {
        let packets: [Packet]
        let parameters: StreamParameters

        init(epoch: Int = 0, audio: Bool = false, clock: any WallClock = SystemClock()) throws {
            let folder = try TemporaryDirectory()
            let file = try TestVideo.make(
                folder.file("a.mp4"), size: "160x120", seconds: 12, audio: audio ? ["-c:a", "aac"] : [])
            let demuxer = try Demuxer(SourceOptions(url: file.path, keepAudio: audio), epoch: epoch, clock: clock)
            var packets: [Packet] = []
            while let packet = try demuxer.read() { packets.append(packet) }
            self.packets = packets
            parameters = demuxer.streamParameters
        }

        func fill(_ ring: PacketRing, _ range: Range<Int>? = nil) {
            for packet in packets[range ?? packets.indices] { ring.append(packet, parameters: parameters) }
        }
    }

    @Test("Holds at least the seconds asked for, in whole GOPs, and at most one more")
    func seconds() throws {
        let source = try Source()
        let ring = PacketRing(seconds: 3, maxBytes: 1 << 30)
        source.fill(ring)
        let held = ring.statistics
        #expect(held.seconds >= 3 && held.seconds < 4)
        #expect(held.gops == 4)
        #expect(held.oldest == MediaTime(seconds: 8))
        #expect(ring.makeCursor(from: MediaTime(seconds: 0)).nextIfPresent()?.packet.isKeyFrame == true)
    }

    @Test("Holds no more bytes than asked for")
    func bytes() throws {
        let source = try Source()
        let gop = source.packets[90..<100].map(\.byteCount).reduce(0, +)
        let ring = PacketRing(seconds: 60, maxBytes: gop * 5 / 2)
        source.fill(ring)
        #expect(ring.statistics.bytes <= gop * 5 / 2)
        #expect((1...2).contains(ring.statistics.gops))
        #expect(ring.statistics.oversizedGOPs == 0)
    }

    @Test("A GOP larger than the bound stays whole, and is reported once each")
    func oversized() throws {
        let source = try Source()
        let ring = PacketRing(seconds: 60, maxBytes: 100)
        source.fill(ring, 0..<30)
        #expect(ring.statistics.gops == 1)
        #expect(ring.statistics.oversizedGOPs == 3)
        let cursor = ring.makeLiveCursor()
        var times: [Double] = []
        while let item = cursor.nextIfPresent() { times.append(item.packet.time.seconds) }
        #expect(times.count == 10 && times.first == 2)
    }

    @Test("A cursor begins at the last key frame at or before the time, else at the oldest")
    func cursorStart() throws {
        let source = try Source()
        let ring = PacketRing(seconds: 6, maxBytes: 1 << 30)
        source.fill(ring)
        func first(_ seconds: Double) -> Double? {
            ring.makeCursor(from: MediaTime(seconds: seconds)).nextIfPresent()?.packet.pts.seconds
        }
        #expect(first(8.95) == 8)
        #expect(first(9) == 9)
        #expect(first(100) == 11)
        #expect(first(0) == 5)
        #expect(ring.makeLiveCursor().nextIfPresent()?.packet.pts.seconds == 11)
    }

    @Test("A cursor keeps what it has not read, however much comes after")
    func pinning() throws {
        let source = try Source()
        let ring = PacketRing(seconds: 1, maxBytes: 1 << 30)
        source.fill(ring, 0..<10)
        let cursor = ring.makeCursor(from: MediaTime(seconds: 0))
        source.fill(ring, 10..<120)
        #expect(ring.statistics.gops <= 2)
        var count = 0
        while let item = cursor.nextIfPresent() {
            #expect(item.packet.time.seconds == Double(count) / 10)
            count += 1
        }
        #expect(count == 120)
    }

    @Test("What a cursor has let go of is freed")
    func releasing() throws {
        let later = try Source()
        var source: Source? = try Source()
        let ring = PacketRing(seconds: 1, maxBytes: 1 << 30)
        source?.fill(ring, 0..<10)
        weak let first = source?.packets.first
        source = nil
        let cursor = ring.makeCursor(from: MediaTime(seconds: 0))
        later.fill(ring, 10..<60)
        #expect(first != nil)
        cursor.release()
        #expect(first == nil)
        #expect(cursor.nextIfPresent() == nil && cursor.isAtEnd)
    }

    @Test("What comes before the first key frame is left out, after a reconnect too")
    func beforeKeyFrame() throws {
        let source = try Source(), later = try Source(epoch: 1)
        let ring = PacketRing(seconds: 60, maxBytes: 1 << 30)
        source.fill(ring, 5..<25)
        later.fill(ring, 3..<15)
        #expect(ring.statistics.packets == 15 + 5)
        let cursor = ring.makeCursor(from: MediaTime(seconds: 0))
        var items: [Packet] = []
        while let item = cursor.nextIfPresent() { items.append(item.packet) }
        #expect(
            items.filter(\.isKeyFrame).map(\.time) == [
                MediaTime(seconds: 1), MediaTime(seconds: 2), MediaTime(epoch: 1, seconds: 1),
            ])
    }

    @Test("A time before the connection begins at the connection's first key frame, not in the one before")
    func epochs() throws {
        let ring = PacketRing(seconds: 60, maxBytes: 1 << 30)
        try Source().fill(ring, 0..<30)
        try Source(epoch: 1).fill(ring, 0..<30)
        let item = ring.makeCursor(from: MediaTime(epoch: 1, seconds: -4)).nextIfPresent()
        #expect(item?.packet.pts == MediaTime(epoch: 1, seconds: 0))
    }

    @Test(
        "A time of day is found on the time line, also when the wall clock was set in between",
        arguments: [3_600.0, -3_600])
    func timeOfDay(jump: Double) throws {
        let date = ManualClock().now()
        let before = try Source(clock: ManualClock(date: date))
        let after = try Source(clock: ManualClock(date: date + jump))
        let ring = PacketRing(seconds: 60, maxBytes: 1 << 30)
        #expect(ring.time(at: date) == nil)
        before.fill(ring, 0..<63)
        #expect(ring.time(at: date + 4.3) == MediaTime(seconds: 4.3))
        // In the middle of a group of pictures: at first only the newest packet knows it.
        after.fill(ring, 63..<65)
        #expect(ring.time(at: date + jump + 6.5) == MediaTime(seconds: 6.5))
        after.fill(ring, 65..<120)
        #expect(ring.time(at: date + 4.3) == MediaTime(seconds: 4.3))
        #expect(ring.time(at: date + jump + 9.7) == MediaTime(seconds: 9.7))
        // What the ring can't know is not guessed far away.
        #expect(
            ring.time(at: date + 1e6) == MediaTime(seconds: 11.9 + 5)
                && ring.time(at: date - 1e6) == MediaTime(seconds: 0))
    }

    @Test("A reader waits for packets, gets them all, and nil when the ring is finished")
    func waiting() async throws {
        let source = try Source()
        let ring = PacketRing(seconds: 2, maxBytes: 1 << 30)
        let cursor = ring.makeLiveCursor()
        let reader = Task {
            var count = 0
            while try await cursor.next() != nil { count += 1 }
            return count
        }
        for packet in source.packets {
            ring.append(packet, parameters: source.parameters)
            await Task.yield()
        }
        ring.finish()
        #expect(try await reader.value == 120)
        #expect(cursor.isAtEnd)
        #expect(cursor.nextBlocking(timeoutSeconds: 5) == nil)
    }

    @Test("A reader whose task is cancelled returns")
    func cancelling() async throws {
        let cursor = PacketRing(seconds: 2, maxBytes: 1000).makeLiveCursor()
        let reader = Task { try await cursor.next() }
        reader.cancel()
        await #expect(throws: CancellationError.self) { _ = try await reader.value }
    }

    @Test("Decoding that starts late begins at the last key frame and loses nothing after it")
    func lateStart() async throws {
        let source = try Source()
        let ring = PacketRing(seconds: 10, maxBytes: 1 << 30)
        source.fill(ring, 0..<25)
        let feed = LiveFrameFeed(ring: ring)
        var times: [Double] = []
        let first = try #require(try await feed.next())
        times.append(first.time.seconds)
        ring.finish()
        while let frame = try await feed.next() { times.append(frame.time.seconds) }
        #expect(times.first.map { $0 >= 2 } == true)
        #expect(times.last == 2.4)
        #expect(times.count + feed.skippedFrames == 5)
        #expect(feed.info.frameSize == FrameSize(width: 160, height: 120))
    }

    @Test("Waits double up to the cap, with jitter")
    func backoff() {
        let backoff = Backoff(initialSeconds: 0.5, capSeconds: 2, jitter: 0.4)
        #expect((1...6).map { backoff.delaySeconds(failures: $0, random: 0) } == [0.5, 1, 2, 2, 2, 2])
        #expect(abs(backoff.delaySeconds(failures: 3, random: 1) - 1.2) < 1e-9)
        #expect(backoff.delaySeconds(failures: 100_000, random: 0) == 2)
    }
}
