import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Live video for browsers")
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
        let first = try #require(await broadcast.open())
        let second = try #require(await broadcast.open())
        #expect(first.header == second.header && first.offsetPts90k == packets[20].time.pts90k && first.epoch == 0)
        #expect(broadcast.viewerCount == 2)
        for packet in packets[25..<40] { ring.append(packet, parameters: parameters) }
        ring.finish()
        let one = await first.fragments.reduce(into: [Data]()) { $0.append($1) }
        let two = await second.fragments.reduce(into: [Data]()) { $0.append($1) }
        #expect(one.count == 20 && one == two)
        #expect(broadcast.viewerCount == 0)
    }

    @Test("a past moment's picture is the one that was shown then; one that has left the ring is nil")
    func pictures() throws {
        let (ring, packets, parameters) = try ring(3)
        for packet in packets { ring.append(packet, parameters: parameters) }
        let wanted = packets[47].pts
        let frame = try #require(try RingPictures.frame(in: ring, at: wanted))
        #expect(frame.time == wanted)
        let between = try #require(try RingPictures.frame(in: ring, at: wanted.advanced(bySeconds: 0.06)))
        #expect(between.time == wanted)
        #expect(try RingPictures.frame(in: ring, at: nil)?.time == packets[59].pts)
        #expect(try RingPictures.frame(in: ring, at: MediaTime(seconds: 0.5)) == nil)
        #expect(try RingPictures.frame(in: PacketRing(seconds: 1, maxBytes: 1), at: nil) == nil)
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
