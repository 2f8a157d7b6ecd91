import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Bad input gets a clear error", .mayWait)
struct BadInputTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func failure(_ path: String) -> MediaError? {
        do {
            _ = try Demuxer(SourceOptions(url: path))
            return nil
        } catch { return error as? MediaError }
    }

    @Test("A missing file")
    func missing() {
        let path = folder.file("nothing.mp4").path
        #expect(failure(path) == .notFound(path: path))
    }

    @Test("A folder")
    func folderInstead() {
        #expect(failure(folder.url.path) == .notReadable(path: folder.url.path, reason: "it is a folder"))
    }

    @Test("An empty file")
    func empty() throws {
        let file = folder.file("empty.mp4")
        try Data().write(to: file)
        #expect(failure(file.path) == .empty(path: file.path))
    }

    @Test("A text is not a video", arguments: ["notes.txt", "notes.mp4", "notes.h264"])
    func text(name: String) throws {
        let file = folder.file(name)
        try Data(String(repeating: "Nothing moved today.\n", count: 400).utf8).write(to: file)
        let error = failure(file.path)
        #expect(error == .notAVideo(source: file.path) || error == .noVideoStream(source: file.path))
    }

    @Test("An MP4 that breaks off before its index")
    func truncated() throws {
        let whole = try TestVideo.make(folder.file("whole.mp4"))
        let data = try Data(contentsOf: whole)
        let file = folder.file("cut.mp4")
        try data.prefix(data.count / 2).write(to: file)
        #expect(failure(file.path) == .truncated(path: file.path))
    }

    @Test("An MP4 whose index is there but whose pictures break off gives what it has")
    func truncatedAfterIndex() throws {
        let whole = try TestVideo.make(
            folder.file("whole.mp4"),
            codec: [
                "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-movflags", "faststart",
            ])
        let data = try Data(contentsOf: whole)
        let file = folder.file("cut.mp4")
        try data.prefix(data.count * 6 / 10).write(to: file)
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        var packets = 0
        while try demuxer.read() != nil { packets += 1 }
        #expect(packets > 5 && packets < 30)
    }

    @Test("Sound only")
    func audioOnly() throws {
        let file = folder.file("sound.m4a")
        try TestVideo.ffmpeg(["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"], to: file)
        #expect(failure(file.path) == .noVideoStream(source: file.path))
    }

    @Test("Addresses that can't be meant")
    func addresses() {
        #expect(failure("rtsp://") == .invalidURL(source: "rtsp://"))
        #expect(failure("gopher://host/x") == .unsupportedScheme(scheme: "gopher"))
        #expect(failure("concat:a.mp4|b.mp4") == .notFound(path: "concat:a.mp4|b.mp4"))
    }

    @Test("An unknown host, by name")
    func unknownHost() {
        #expect(failure("rtsp://camera.invalid/live") == .unknownHost(host: "camera.invalid"))
    }

    @Test("A playlist can't make it read another file")
    func playlist() throws {
        let video = try TestVideo.make(folder.file("secret.ts"))
        let file = folder.file("list.m3u8")
        let list = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n\(video.path)\n#EXT-X-ENDLIST\n"
        try Data(list.utf8).write(to: file)
        #expect(failure(file.path) == .notAVideo(source: file.path))
    }

    @Test("Each error is one line that names no password")
    func redaction() {
        let options = SourceOptions(url: "rtsp://admin:p@ss/w@cam.local/live?user=a&pwd=b&channel=1")
        #expect(options.redactedURL == "rtsp://cam.local/live?user=…&pwd=…&channel=1")
        #expect("\(options)" == options.redactedURL)
        #expect(SourceOptions(url: "/tmp/a@b.mp4").redactedURL == "/tmp/a@b.mp4")
    }

    @Test("User and password are put into the address escaped, in place of those in it")
    func credentials() throws {
        let kind = try SourceKind(
            SourceOptions(url: "rtsp://old:one@cam.local:554/a/b", username: "ad min", password: "p@ss/w:1"))
        #expect(kind == .rtsp(url: "rtsp://ad%20min:p%40ss%2Fw%3A1@cam.local:554/a/b"))
        #expect(SourceKind.host(of: "rtsp://ad%20min:p%40ss@cam.local:554/a") == "cam.local")
        #expect(SourceKind.host(of: "http://[::1]:80/a") == "::1")
    }
}
