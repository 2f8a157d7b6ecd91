import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Files that break off", .mayWait)
struct FileBreakTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    static let kinds: [(name: String, options: [String], knowsLength: Bool)] = [
        ("a.mp4", ["-movflags", "faststart"], true), ("a.mkv", [], true), ("a.avi", [], true), ("a.ts", [], false),
        ("f.mp4", ["-movflags", "empty_moov+default_base_moof+frag_keyframe"], false),
    ]

    private func cut(_ file: URL, to part: Double, _ name: String) throws -> URL {
        let data = try Data(contentsOf: file)
        let short = folder.file(name)
        // Not between two transport packets.
        try data.prefix(Int(Double(data.count) * part) / 188 * 188 + 77).write(to: short)
        return short
    }

    @Test("What can be read comes, and then the second at which it ends and the length it should have")
    func shortCopies() async throws {
        for (name, options, knowsLength) in Self.kinds {
            let whole = try TestVideo.make(
                folder.file(name), seconds: 6, audio: ["-c:a", "aac", "-shortest"] + options)
            let feed = try FileFrameFeed(path: whole.path)
            while try await feed.next() != nil {}
            #expect(feed.fileBreak == nil, "\(name)")
            let short = try FileFrameFeed(path: try cut(whole, to: 0.6, "cut-" + name).path)
            var last = 0.0
            while let frame = try await short.next() { last = frame.time.seconds }
            let found = try #require(short.fileBreak, "\(name)")
            #expect(last > 1.5 && last < 5, "\(name)")
            #expect(abs(found.endSeconds - last) < 0.35, "\(name)")
            if knowsLength {
                #expect(found.expectedSeconds.map { abs($0 - 6) < 0.2 } == true, "\(name)")
                #expect("\(found)".contains(" s of 6."))
            } else {
                #expect("\(found)".contains("breaks off at "))
            }
        }
    }

    @Test("Sound that goes on after the last frame is no break")
    func longSound() async throws {
        for name in ["a.mp4", "a.mkv", "a.avi"] {
            let file = try TestVideo.ffmpeg(
                [
                    "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=2", "-f", "lavfi", "-i",
                    "sine=duration=5", "-c:v", "libx264", "-bf", "0", "-pix_fmt", "yuv420p", "-c:a", "aac",
                ], to: folder.file(name))
            let feed = try FileFrameFeed(path: file.path)
            while try await feed.next() != nil {}
            #expect(feed.fileBreak == nil, "\(name)")
        }
    }

    @Test("A file that breaks off before its first whole frame is an error that says so")
    func noFrame() async throws {
        let whole = try TestVideo.make(
            folder.file("a.mp4"), size: "640x360", seconds: 2,
            codec: ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-movflags", "faststart"])
        let data = try Data(contentsOf: whole)
        let start = try #require(data.range(of: Data("mdat".utf8))).upperBound
        let short = folder.file("b.mp4")
        try data.prefix(start + 1500).write(to: short)
        let feed = try FileFrameFeed(path: short.path)
        var failure: MediaError?
        do { while try await feed.next() != nil {} } catch { failure = error as? MediaError }
        #expect(failure == .noFrames(source: short.path, breaksOff: true))
        #expect(failure?.description.contains("breaks off before its first whole frame") == true)
    }
}
