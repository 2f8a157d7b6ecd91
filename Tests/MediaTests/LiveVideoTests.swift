import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Live video for browsers", .mayWait)
struct LiveVideoTests {
    @Test(
        "a fragment a picture, at once, with the packets' own times; the whole decodes without a complaint",
        arguments: [
            ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0"],
            ["-c:v", "libx264", "-preset", "fast", "-bf", "2"],
            ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error"],
        ])
    func fragments(codec: [String]) throws {
        let folder = try TemporaryDirectory()
        let file = try TestVideo.make(folder.file("a.mp4"), size: "160x120", seconds: 3, codec: codec)
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        var packets: [Packet] = []
        while let packet = try demuxer.read() { packets.append(packet) }
        let begin = try #require(packets.lastIndex { $0.isKeyFrame && $0.time.seconds < 2 })
        let muxer = try LiveMuxer(parameters: demuxer.streamParameters, first: packets[begin])
        var bytes = muxer.header
        #expect(bytes.range(of: Data("moov".utf8)) != nil)
        for packet in packets[begin...] {
            let fragment = try muxer.fragment(packet)
            #expect(fragment.dropFirst(4).prefix(4) == Data("moof".utf8) && fragment.count > packet.byteCount)
            bytes += fragment
        }
        let live = folder.file("live.mp4")
        try bytes.write(to: live)
        #expect(try TestVideo.complaints(decoding: live) == "")
        let times = try TestVideo.ffprobe(["-show_entries", "packet=pts_time", "-of", "csv=p=0"], live)
            .split(separator: "\n").compactMap { Double($0.filter { $0 != "," }) }
        #expect(times.count == packets.count - begin)
        // Seconds of the video, moved by the offset, are media time.
        for (time, packet) in zip(times, packets[begin...]) {
            let expected = Double(packet.pts.pts90k - muxer.offsetPts90k) / 90_000
            #expect(abs(time - expected) < 0.001)
        }
        let name = try #require(demuxer.streamParameters.mimeCodec)
        #expect(name.hasPrefix(codec.contains("libx265") ? "hvc1.1.6.L" : "avc1."))
        if !codec.contains("libx265") { #expect(name.count == "avc1.64001F".count) }
    }

    private func ring(_ seconds: Double) throws -> (ring: PacketRing, packets: [Packet], parameters: StreamParameters) {
        let folder = try TemporaryDirectory()
        let file = try TestVideo.make(folder.file("a.mp4"), size: "160x120", seconds: 6)
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        var packets: [Packet] = []
        while let packet = try demuxer.read() { packets.append(packet) }
        return (PacketRing(seconds: seconds, maxBytes: 1 << 30), packets, demuxer.streamParameters)
    }

    @Test("all viewers get the same bytes, each from the last key frame on, and one that goes is forgotten")
    func broadcast() async throws {
        let (ring, packets, parameters) = try ring(30)
        for packet in packets[..<25] { ring.append(packet, parameters: parameters) }
        let broadcast = LiveBroadcast(ring: ring, clock: SystemClock())
        let first = try #require(await broadcast.open(timeoutSeconds: 60))
        let second = try #require(await broadcast.open(timeoutSeconds: 60))
        #expect(first.header == second.header && first.offsetPts90k == packets[20].time.pts90k && first.epoch == 0)
        #expect(broadcast.viewerCount == 2)
        for packet in packets[25..<40] { ring.append(packet, parameters: parameters) }
        ring.finish()
        let one = await first.fragments.reduce(into: [Data]()) { $0.append($1) }
        let two = await second.fragments.reduce(into: [Data]()) { $0.append($1) }
        #expect(one.count == 20 && one == two)
        #expect(broadcast.viewerCount == 0)
    }

    @Test("a viewer gets the whole group of pictures, however long it is")
    func longGroup() async throws {
        let (ring, total) = try longRing(gop: 500)
        let broadcast = LiveBroadcast(ring: ring, clock: SystemClock())
        let opening = try #require(await broadcast.open(timeoutSeconds: 60))
        await waited { ring.waiterCount > 0 }
        let late = try #require(await broadcast.open(timeoutSeconds: 60))
        ring.finish()
        let fragments = await late.fragments.reduce(into: 0) { count, _ in count += 1 }
        #expect(fragments == total)
        withExtendedLifetime(opening) {}
    }

    @Test("a viewer that is too slow misses fragments up to a key frame, and they are counted and said in the log")
    func slowViewer() async throws {
        let folder = try TemporaryDirectory()
        let file = try TestVideo.make(folder.file("a.mp4"), size: "64x48", seconds: 60, gop: 50)
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        var packets: [Packet] = []
        while let packet = try demuxer.read() { packets.append(packet) }
        let ring = PacketRing(seconds: 600, maxBytes: 1 << 30), log = LogLines()
        ring.append(packets[0], parameters: demuxer.streamParameters)
        let broadcast = LiveBroadcast(ring: ring, clock: SystemClock(), logger: log.logger)
        let opening = try #require(await broadcast.open(timeoutSeconds: 60))
        for packet in packets[1..<400] { ring.append(packet, parameters: demuxer.streamParameters) }
        await waited { ring.waiterCount > 0 }
        // Nobody has taken anything so far: the buffer is full. Now somebody does.
        var taken: [Data] = []
        var fragments = opening.fragments.makeAsyncIterator()
        while taken.count < LiveBroadcast.bufferedFragments, let next = await fragments.next() { taken.append(next) }
        for packet in packets[400...] { ring.append(packet, parameters: demuxer.streamParameters) }
        ring.finish()
        while let next = await fragments.next() { taken.append(next) }
        #expect(broadcast.missedFragments > 0)
        #expect(taken.count + broadcast.missedFragments == packets.count)
        #expect(log.lines.contains { $0.contains("a viewer was too slow and missed") })
        // What came decodes from each key frame on, without what was missed.
        let live = folder.file("live.mp4")
        try taken.reduce(opening.header, +).write(to: live)
        #expect(try TestVideo.complaints(decoding: live) == "")
    }

    /// A ring that holds one long group of pictures.
    private func longRing(gop: Int) throws -> (ring: PacketRing, packets: Int) {
        let folder = try TemporaryDirectory()
        let file = try TestVideo.make(folder.file("a.mp4"), size: "64x48", seconds: Double(gop) / 10, gop: gop)
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        let ring = PacketRing(seconds: 600, maxBytes: 1 << 30)
        var count = 0
        while let packet = try demuxer.read() {
            ring.append(packet, parameters: demuxer.streamParameters)
            count += 1
        }
        return (ring, count)
    }

    @Test("a past moment's picture is the one that was shown then; one that has left the ring is nil")
    func pictures() throws {
        let (ring, packets, parameters) = try ring(3)
        for packet in packets { ring.append(packet, parameters: parameters) }
        let wanted = packets[47].pts
        let frame = try #require(try StillFrames.shown(in: ring, at: wanted))
        #expect(frame.time == wanted)
        let between = try #require(try StillFrames.shown(in: ring, at: wanted.advanced(bySeconds: 0.06)))
        #expect(between.time == wanted)
        #expect(try StillFrames.shown(in: ring, at: nil)?.time == packets[59].pts)
        #expect(try StillFrames.shown(in: ring, at: MediaTime(seconds: 0.5)) == nil)
        #expect(try StillFrames.shown(in: PacketRing(seconds: 1, maxBytes: 1), at: nil) == nil)
        let date = try #require(ring.date(at: wanted))
        #expect(abs(date.timeIntervalSince(packets[47].date)) < 0.01)
    }

    @Test("frames are kept while somebody wants them, and the one of a moment is found")
    func recent() throws {
        let clock = ManualClock()
        let frames = RecentFrames(capacity: 4, clock: clock)
        func frame(_ seconds: Double) throws -> VideoFrame {
            try VideoFrame(
                luma: [UInt8](repeating: 9, count: 64), size: FrameSize(width: 8, height: 8),
                time: MediaTime(seconds: seconds))
        }
        frames.append(try frame(0))
        frames.append(try frame(0.1))
        #expect(frames.frame(at: MediaTime(seconds: 0)) == nil && frames.newest?.time.seconds == 0.1)
        frames.want(seconds: 5)
        for step in 2..<8 { frames.append(try frame(Double(step) / 10)) }
        #expect(frames.frame(at: MediaTime(seconds: 0.55))?.time.seconds == 0.5)
        #expect(frames.frame(at: MediaTime(seconds: 0.2)) == nil, "too old")
        #expect(frames.frame(at: MediaTime(epoch: 1, seconds: 0.55)) == nil)
        clock.advance(seconds: 6)
        frames.append(try frame(0.9))
        #expect(frames.frame(at: MediaTime(seconds: 0.55)) == nil)
    }

    @Test("a JPEG comes back as it was, more or less")
    func jpeg() throws {
        let size = FrameSize(width: 32, height: 16)
        let image = RGBImage(size: size, pixels: (0..<size.area).flatMap { [UInt8($0 % 32 * 8), 90, 40] })
        let back = try JPEGDecoder.image(try JPEGEncoder.encode(image, quality: 95))
        #expect(back.size == size)
        let worst = zip(back.pixels, image.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255
        #expect(worst < 40)
        #expect(throws: MediaError.self) { try JPEGDecoder.image(Data("no picture".utf8)) }
    }
}
