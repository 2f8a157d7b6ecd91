import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Clips by stream copy", .mayWait)
struct MuxingTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// Copies a file's packets from `from` seconds on.
    @discardableResult
    private func copy(_ file: URL, from: Double = -1, keepAudio: Bool = false, finish: Bool = true) throws -> (
        URL, ClipMuxer
    ) {
        let demuxer = try Demuxer(SourceOptions(url: file.path, keepAudio: keepAudio))
        let target = folder.file("clip-\(UUID().uuidString).mp4")
        let muxer = try ClipMuxer(path: target, parameters: demuxer.streamParameters)
        while let packet = try demuxer.read() {
            if packet.time.seconds >= from { try muxer.write(packet) }
        }
        if finish { try muxer.finish() }
        return (target, muxer)
    }

    @Test("Every codec decodes whole, without a complaint", arguments: DecodingTests.codecs.prefix(3))
    func codecs(codec: [String]) throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 4, codec: codec)
        let (clip, muxer) = try copy(file)
        #expect(abs(muxer.durationSeconds - 4) < 0.01)
        #expect(try TestVideo.complaints(decoding: clip) == "")
        let probe = try TestVideo.ffprobe(
            ["-count_packets", "-show_entries", "stream=nb_read_packets,codec_tag_string", "-of", "csv=p=0"], clip)
        #expect(probe.hasPrefix(codec.contains("libx265") ? "hvc1,40" : "avc1,40"))
    }

    @Test("The file begins with a key frame even when it is given others first")
    func beginsWithKeyFrame() throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 4)
        let (clip, muxer) = try copy(file, from: 1.5)
        #expect(muxer.start == MediaTime(seconds: 2))
        #expect(abs(muxer.durationSeconds - 2) < 0.01)
        let flags = try TestVideo.ffprobe(["-show_entries", "packet=pts_time,flags", "-of", "csv=p=0"], clip)
        #expect(flags.hasPrefix("0.000000,K"))
        #expect(try TestVideo.complaints(decoding: clip) == "")
    }

    @Test(
        "Sound that MP4 holds is kept, other is left out and said",
        arguments: [("aac", true), ("libopus", true), ("libmp3lame", true), ("pcm_alaw", false)])
    func audio(codec: String, kept: Bool) throws {
        let file = try TestVideo.make(folder.file("a.mkv"), seconds: 3, audio: ["-c:a", codec])
        let (clip, muxer) = try copy(file, keepAudio: true)
        #expect(muxer.dropsAudio == !kept)
        let types = try TestVideo.ffprobe(["-show_entries", "stream=codec_type", "-of", "csv=p=0"], clip)
        #expect(types.contains("audio") == kept)
        #expect(try TestVideo.complaints(decoding: clip) == "")
    }

    @Test("What has been written plays although the end was never written, but for a second at most")
    func interrupted() throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 5, gop: 40)
        let (clip, muxer) = try copy(file, finish: false)
        let size = try #require(try FileManager.default.attributesOfItem(atPath: clip.path)[.size] as? NSNumber)
        #expect(size.int64Value == muxer.bytesOnDisk)
        let packets = try TestVideo.ffprobe(
            ["-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"], clip)
        let count = Int(packets.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        #expect(count >= 40 && count < 50)
    }

    @Test(
        "Says which picture is the last on disk: exactly what a crash would leave, also behind a backlog",
        arguments: [3, 10, 27, 33, 40])
    func onDisk(backlog: Int) throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 5)
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        let target = folder.file("clip.mp4")
        let muxer = try ClipMuxer(path: target, parameters: demuxer.streamParameters, isBehind: true)
        var written: [MediaTime] = []
        while let packet = try demuxer.read() {
            try muxer.write(packet)
            written.append(packet.time)
            if written.count < backlog { #expect(muxer.onDisk == nil) }
            if written.count == backlog { try muxer.catchUp() }
            guard written.count >= backlog, written.count % 7 == 0 || written.count == backlog else { continue }
            let text = try TestVideo.ffprobe(
                ["-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"], target)
            let count = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
            #expect(muxer.onDisk == (count > 0 ? written[count - 1] : nil), "after \(written.count)")
        }
    }

    @Test("Fragments are at most a second long")
    func fragments() throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 6, gop: 30)
        let (clip, _) = try copy(file)
        let data = try Data(contentsOf: clip)
        var fragments = 0
        var from = data.startIndex
        while let range = data.range(of: Data("moof".utf8), in: from..<data.endIndex) {
            fragments += 1
            from = range.upperBound
        }
        #expect(fragments >= 6)
    }

    @Test("A file that is there already, and a folder that is not, are refused")
    func refused() throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 1)
        let parameters = try Demuxer(SourceOptions(url: file.path)).streamParameters
        #expect(throws: FileFailure(path: file.path, code: EEXIST)) {
            _ = try ClipMuxer(path: file, parameters: parameters)
        }
        #expect(throws: FileFailure.self) {
            _ = try ClipMuxer(path: folder.file("no/such/clip.mp4"), parameters: parameters)
        }
    }
}
