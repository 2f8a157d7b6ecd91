import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Web

@Suite("Byte ranges")
struct RangeTests {
    @Test(
        "are read as RFC 9110 says",
        arguments: [
            (nil, .whole), ("bytes=0-499", .part(0..<500)), ("bytes=500-999", .part(500..<1000)),
            ("bytes=-500", .part(500..<1000)), ("bytes=-5000", .part(0..<1000)), ("bytes=990-", .part(990..<1000)),
            ("bytes=0-", .part(0..<1000)), ("bytes=0-5000", .part(0..<1000)), ("bytes=0-0", .part(0..<1)),
            ("bytes=999-999", .part(999..<1000)), ("bytes=1000-", .unsatisfiable), ("bytes=1000-2000", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=99999999999999999999-", .unsatisfiable),
            ("BYTES = 1 - 2 ", .part(1..<3)),
            ("bytes=5-2", .whole), ("bytes=", .whole), ("bytes=-", .whole), ("bytes=a-b", .whole),
            ("bytes=1-2,4-5", .whole),
            ("items=0-1", .whole), ("bytes", .whole), ("bytes=0--1", .whole), ("bytes=+1-2", .whole),
            ("bytes=٣-4", .whole),
            ("bytes=0-99999999999999999999", .part(0..<1000)),
        ] as [(String?, ByteRange)])
    func parse(_ header: String?, _ expected: ByteRange) {
        #expect(ByteRange(header: header, size: 1000) == expected)
    }

    @Test("of an empty file are never there", arguments: ["bytes=0-", "bytes=-5", "bytes=0-0"])
    func empty(_ header: String) {
        #expect(ByteRange(header: header, size: 0) == .unsatisfiable)
    }

    private let video = Data((0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })

    @Test("of a clip come with status, length and place")
    func ranges() async throws {
        let site = try Site()
        try site.addClip("01clip", video: video, poster: Data([9, 8, 7]))
        let path = "/i/\(site.token)/clip.mp4"
        let whole = try await site.get(path)
        #expect(whole.status == .ok && whole.data == video)
        #expect(whole.headers[.contentType] == "video/mp4" && whole.headers[.acceptRanges] == "bytes")
        #expect(whole.headers[.contentLength] == "600000")
        let part = try await site.get(path, headers: [.range: "bytes=100-299999"])
        #expect(part.status == .partialContent && part.data == video[100..<300_000])
        #expect(part.headers[.contentRange] == "bytes 100-299999/600000" && part.headers[.contentLength] == "299900")
        let tail = try await site.get(path, headers: [.range: "bytes=-10"])
        #expect(tail.data == video.suffix(10) && tail.headers[.contentRange] == "bytes 599990-599999/600000")
        let beyond = try await site.get(path, headers: [.range: "bytes=600000-"])
        #expect(beyond.status == .rangeNotSatisfiable && beyond.headers[.contentRange] == "bytes */600000")
        #expect(beyond.data.isEmpty)
        let poster = try await site.get("/i/\(site.token)/poster.jpg")
        #expect(poster.data == Data([9, 8, 7]) && poster.headers[.contentType] == "image/jpeg")
    }

    @Test("of another version than the client holds are answered with the whole clip")
    func ifRange() async throws {
        let site = try Site()
        try site.addClip("01clip", video: video)
        let path = "/i/\(site.token)/clip.mp4"
        let same = try await site.get(path, headers: [.range: "bytes=0-9", .ifRange: "\"01clip\""])
        #expect(same.status == .partialContent)
        let other = try await site.get(path, headers: [.range: "bytes=0-9", .ifRange: "\"other\""])
        #expect(other.status == .ok && other.data.count == 600_000)
        let unchanged = try await site.get(path, headers: [.ifNoneMatch: "\"01clip\""])
        #expect(unchanged.status == .notModified && unchanged.data.isEmpty)
    }

    @Test("HEAD tells the length and sends nothing")
    func head() async throws {
        let site = try Site()
        try site.addClip("01clip", video: video)
        let head = try await site.get("/i/\(site.token)/clip.mp4", method: .head)
        #expect(head.status == .ok && head.data.isEmpty && head.headers[.contentLength] == "600000")
    }

    @Test("a clip being written serves what there is, and goes on after it was renamed")
    func growing() async throws {
        let site = try Site()
        let clip = try site.addClip("01clip", video: video.prefix(1000), isFinished: false)
        let path = "/i/\(site.token)/clip.mp4"
        let first = try await site.get(path)
        #expect(
            first.data == video.prefix(1000) && first.headers[.eTag] == nil
                && first.headers[.cacheControl] == "no-store")
        let handle = try FileHandle(forWritingTo: site.directory.file(clip.temporaryPath))
        try handle.seekToEnd()
        try handle.write(contentsOf: video[1000..<5000])
        let next = try await site.get(path, headers: [.range: "bytes=1000-"])
        #expect(next.data == video[1000..<5000] && next.headers[.contentRange] == "bytes 1000-4999/5000")
        try FileManager.default.moveItem(
            at: site.directory.file(clip.temporaryPath), to: site.directory.file(clip.path))
        try site.store.unwatched.finish(
            clip.id, durationSeconds: 1, bytes: 5000, sha256: String(repeating: "0", count: 64))
        let last = try await site.get(path, headers: [.range: "bytes=4990-"])
        #expect(last.data == video[4990..<5000] && last.headers[.eTag] == "\"01clip\"")
    }

    @Test("a folder or a device in the place of a clip is not served", .mayWait)
    func noRegularFile() throws {
        for path in ["/", "/dev/zero", "/nonexistent", "/etc/passwd/x"] {
            #expect(try BlockingWork.permitted { try OpenFile(URL(filePath: path)) } == nil, "\(path)")
        }
    }
}
