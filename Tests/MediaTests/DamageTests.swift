import Domain
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Media

/// Clips of 40 frames with a key frame every 10, of which something is lost in the second group.
@Suite("Frames that are damaged", .mayWait)
struct DamageTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    static let plain = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0"]
    static let reordered = ["-c:v", "libx264", "-preset", "fast", "-bf", "2"]
    static let openGOP = ["-c:v", "libx264", "-preset", "fast", "-bf", "2", "-x264-params", "open-gop=1"]
    static let hevc = [
        "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:bframes=2:open-gop=0",
    ]
    static let mpeg4 = ["-c:v", "mpeg4", "-q:v", "4"]
    static let mjpeg = ["-c:v", "mjpeg", "-q:v", "5"]

    private func clip(_ codec: [String], _ name: String) throws -> URL {
        try TestVideo.make(folder.file(name), seconds: 4, codec: codec)
    }

    private func pass(_ file: URL, _ filter: String, _ name: String) throws -> URL {
        try TestVideo.ffmpeg(["-i", file.path, "-c", "copy", "-bsf:v", filter], to: folder.file(name))
    }

    /// The numbers of the damaged frames, by their times.
    private func damaged(_ frames: [VideoFrame]) -> Set<Int> {
        Set(frames.filter(\.isDamaged).map { Int(($0.time.seconds * 10).rounded()) })
    }

    /// The numbers of those that are not.
    private func whole(_ frames: [VideoFrame]) -> Set<Int> {
        Set(frames.filter { !$0.isDamaged }.map { Int(($0.time.seconds * 10).rounded()) })
    }

    @Test(
        "Nothing is damaged in clips that are whole",
        arguments: [plain, reordered, openGOP, hevc, mpeg4, mjpeg])
    func whole(codec: [String]) async throws {
        for name in ["a.mp4", "a.mkv", "a.ts", "a.avi"] where !(name == "a.ts" && codec == Self.mjpeg) {
            // Containers without times of their own for frames out of order.
            if name == "a.avi", codec != Self.plain, codec != Self.mjpeg, codec != Self.mpeg4 { continue }
            let feed = try FileFrameFeed(path: try clip(codec, name).path)
            var count = 0
            while let frame = try await feed.next() {
                #expect(!frame.isDamaged)
                count += 1
            }
            #expect(count == 40 && feed.damagedFrames == 0 && feed.fileBreak == nil, "\(name)")
        }
    }

    @Test(
        "After lost packets nothing is believed until the next key frame, and everything before and after",
        arguments: [plain, reordered, openGOP, hevc], ["b.mp4", "b.mkv", "b.ts"])
    func lostFrames(codec: [String], name: String) async throws {
        // From the first one after a key frame on: all others of the group refer to them, one way or another.
        let file = try pass(try clip(codec, "a.mp4"), "noise=drop=between(n\\,11\\,14)", name)
        let whole = whole(try await FileFrameFeed.frames(file))
        // Frames that the decoder still held when it noticed are not believed either.
        #expect(whole.isSuperset(of: 0..<8) && whole.isSuperset(of: 21..<38), "\(whole.sorted())")
        #expect(whole.isDisjoint(with: 15..<19), "\(whole.sorted())")
    }

    @Test(
        "A packet whose bytes changed on the way is noticed",
        arguments: [plain, reordered, mpeg4, mjpeg], ["b.mp4", "b.mkv", "b.avi"])
    func changedBytes(codec: [String], name: String) async throws {
        guard name != "b.avi" || codec != Self.reordered else { return }
        let file = try pass(try clip(codec, "a.mp4"), "noise=amount='if(eq(n,13),20,0)'", name)
        let feed = try FileFrameFeed(path: file.path)
        var frames: [VideoFrame] = []
        while let frame = try await feed.next() { frames.append(frame) }
        let damaged = damaged(frames)
        #expect(feed.damagedFrames >= 1 && damaged.isSubset(of: 10..<20), "\(damaged.sorted())")
        if codec == Self.mjpeg {
            // Each picture stands for itself.
            #expect(feed.damagedFrames <= 2)
        } else {
            #expect(damaged.isSuperset(of: 16..<20))
        }
    }

    @Test("Lost transport packets are noticed, whatever they carried", arguments: [plain, reordered, hevc, mpeg4])
    func lostTransportPackets(codec: [String]) async throws {
        let file = try clip(codec, "a.ts")
        let bytes = [UInt8](try Data(contentsOf: file))
        let packets = bytes.count / 188
        // One in the middle of the second quarter, which is the second group.
        var kept: [UInt8] = []
        var dropped = 0
        for number in 0..<packets {
            let packet = bytes[number * 188..<(number + 1) * 188]
            let isVideo = packet[packet.startIndex + 1] & 0x1F == 1 && packet[packet.startIndex + 2] == 0
            let begins = packet[packet.startIndex + 1] & 0x40 != 0
            if dropped == 0, number > packets * 3 / 8, isVideo, !begins {
                dropped += 1
            } else {
                kept += packet
            }
        }
        try #require(dropped == 1)
        let lossy = folder.file("lossy.ts")
        try Data(kept).write(to: lossy)
        let frames = try await FileFrameFeed.frames(lossy)
        let damaged = damaged(frames)
        #expect(!damaged.isEmpty && damaged.count <= 14, "\(damaged.sorted())")
        let last = try #require(damaged.max())
        // Up to a key frame; then all is whole again.
        #expect((last + 1).isMultiple(of: 10) || codec == Self.mpeg4)
        #expect(frames.contains { $0.time.seconds > 3.05 && !$0.isDamaged })
    }

    @Test(
        "A lost frame is noticed when others refer to it, whatever stands before it, and else harms nothing",
        arguments: [plain, reordered, openGOP])
    func lostReferences(codec: [String]) async throws {
        let file = try clip(codec, "a.mp4")
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        var refers: [Bool] = []
        while let packet = try demuxer.read() {
            let units = try #require(NALUnits(demuxer.streamParameters.video))
            var isReference = false
            units.forEach(UnsafeBufferPointer(start: packet.packet.pointee.data, count: packet.byteCount)) { unit in
                isReference = units.isSlice(unit) && (unit.first ?? 0) & 0x60 != 0
                return !units.isSlice(unit)
            }
            refers.append(isReference)
        }
        for number in 12..<17 {
            let lossy = try pass(file, "noise=drop=eq(n\\,\(number))", "b.mp4")
            let frames = try await FileFrameFeed.frames(lossy)
            if refers[number] {
                #expect(whole(frames).isDisjoint(with: 18..<20), "\(number): \(whole(frames).sorted())")
                #expect(whole(frames).isSuperset(of: 21..<38), "\(number): \(whole(frames).sorted())")
            } else {
                #expect(damaged(frames).isEmpty, "\(number): \(damaged(frames).sorted())")
            }
        }
    }

    @Test("A damaged key frame keeps its whole group damaged")
    func damagedKeyFrame() async throws {
        let file = try pass(try clip(Self.plain, "a.mp4"), "noise=amount='if(eq(n,10),20,0)'", "b.mp4")
        let whole = whole(try await FileFrameFeed.frames(file))
        #expect(whole == Set(0..<10).union(20..<40))
    }

    @Test("A recovery point without key frames ends the damage as well")
    func intraRefresh() async throws {
        let codec = ["-c:v", "libx264", "-preset", "fast", "-bf", "0", "-x264-params", "intra-refresh=1:keyint=10"]
        let file = try TestVideo.make(folder.file("a.ts"), seconds: 6, gop: 10, codec: codec)
        let lossy = try pass(file, "noise=drop=eq(n\\,21)", "b.ts")
        let frames = try await FileFrameFeed.frames(lossy)
        #expect(frames.contains { $0.isDamaged })
        #expect(frames.suffix(10).allSatisfy { !$0.isDamaged })
    }

    @Test("A live camera's damage is counted and said in the log, and its whole frames go on")
    func live() async throws {
        let file = try pass(try clip(Self.plain, "a.mp4"), "noise=drop=eq(n\\,11)", "b.mp4")
        let server = try RTSPServer(streams: ["cam": file])
        let ring = PacketRing(seconds: 30, maxBytes: 1 << 24)
        let source = LiveSource(
            camera: try #require(CameraID(rawValue: "dock")), options: SourceOptions(url: server.url("cam")),
            ring: ring)
        let log = LogLines()
        let feed = LiveFrameFeed(ring: ring, maxLagSeconds: 1000, logger: log.logger)
        source.start()
        var whole = 0
        while feed.damagedFrames < 5 || whole < 20, let frame = try await feed.next() {
            whole += frame.isDamaged ? 0 : 1
        }
        source.stop()
        feed.stop()
        #expect(log.lines.contains { $0.contains("damaged frames") })
    }

    @Test("The log is told at once, and then once a minute, with the number")
    func report() {
        let clock = ManualClock(), log = LogLines()
        var report = DamageReport(clock: clock, logger: log.logger)
        report.note(0)
        #expect(log.lines.isEmpty)
        for count in 1...50 {
            report.note(count)
            clock.advance(seconds: 1)
        }
        #expect(log.lines.count == 1 && log.lines[0].contains(": 1 new, 1 in all"))
        clock.advance(seconds: 20)
        report.note(70)
        #expect(log.lines.count == 2 && log.lines[1].contains(": 69 new, 70 in all"))
        clock.advance(seconds: 600)
        report.note(70)
        #expect(log.lines.count == 2)
    }

    @Test("A damaged frame takes no whole one's place")
    func queue() async throws {
        let queue = FrameQueue(capacity: 1, whenFull: .dropOldest)
        func frame(_ seconds: Double, isDamaged: Bool) throws -> VideoFrame {
            try VideoFrame(
                luma: [UInt8](repeating: 1, count: 64), size: FrameSize(width: 8, height: 8),
                time: MediaTime(seconds: seconds), isDamaged: isDamaged)
        }
        for (seconds, isDamaged) in [(1.0, true), (2, false), (3, true)] {
            let isTaken = queue.push(try frame(seconds, isDamaged: isDamaged))
            #expect(isTaken)
        }
        #expect(try await queue.next()?.time.seconds == 2)
        #expect(queue.skipped == 1)
    }
}

/// Keeps what was logged.
final class LogLines: Sendable {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.kept.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }
}
