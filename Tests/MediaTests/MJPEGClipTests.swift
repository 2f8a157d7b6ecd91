import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Clips of MJPEG cameras", .mayWait)
struct MJPEGClipTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func clip(_ file: URL, keepAudio: Bool = false) throws -> (URL, ClipMuxer) {
        let demuxer = try Demuxer(SourceOptions(url: file.path, keepAudio: keepAudio))
        let target = folder.file("clip.mp4")
        let muxer = try ClipMuxer(path: target, parameters: demuxer.streamParameters)
        while let packet = try demuxer.read() { try muxer.write(packet) }
        try muxer.finish()
        return (target, muxer)
    }

    @Test("are H.264 with all pictures, their times and their sound, and decode without a complaint")
    func encoded() throws {
        let file = try TestVideo.make(
            folder.file("a.mkv"), size: "160x120", seconds: 4, codec: ["-c:v", "mjpeg", "-q:v", "3"],
            audio: ["-c:a", "aac"])
        let (clip, muxer) = try clip(file, keepAudio: true)
        #expect(abs(muxer.durationSeconds - 4) < 0.01)
        #expect(try TestVideo.complaints(decoding: clip) == "")
        let streams = try TestVideo.ffprobe(
            ["-count_packets", "-show_entries", "stream=codec_name,nb_read_packets", "-of", "csv=p=0"], clip)
        #expect(streams.contains("h264,40") && streams.contains("aac"))
        let packets = try TestVideo.ffprobe(
            ["-select_streams", "v", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0"], clip)
        // A key frame a second, to seek by.
        #expect(packets.split(separator: "\n").count { $0.contains("K") } == 4 && packets.hasPrefix("0.000000,K"))
    }

    @Test("A picture of odd size loses its last row and column, and nothing else")
    func odd() throws {
        let file = try TestVideo.make(
            folder.file("a.avi"), size: "161x121", seconds: 1, codec: ["-c:v", "mjpeg", "-pix_fmt", "yuvj422p"])
        let (clip, _) = try clip(file)
        #expect(try TestVideo.complaints(decoding: clip) == "")
        #expect(try Demuxer(SourceOptions(url: clip.path)).info.frameSize == FrameSize(width: 160, height: 120))
    }

    @Test("A JPEG's size is read from its header; what is no JPEG has none")
    func header() throws {
        let image = RGBImage(
            size: FrameSize(width: 37, height: 21), pixels: [UInt8](repeating: 90, count: 37 * 21 * 3))
        let bytes = [UInt8](try JPEGEncoder.encode(image))
        #expect(bytes.withUnsafeBufferPointer(JPEGHeader.frameSize) == FrameSize(width: 37, height: 21))
        for count in 0..<200 { _ = Array(bytes.prefix(count)).withUnsafeBufferPointer(JPEGHeader.frameSize) }
        #expect([UInt8](repeating: 7, count: 50).withUnsafeBufferPointer(JPEGHeader.frameSize) == nil)
    }
}
