import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Web

@Suite("Compressed answers", .timeLimit(.minutes(5)))
struct CompressionTests {
    private static let gzip: HTTPFields = [.acceptEncoding: "br;q=1.0, gzip;q=0.8, *;q=0.1"]

    @Test("the pages' files are sent as gzip to whoever reads it, and unpack to the same bytes")
    func files() async throws {
        let site = try APISite()
        for path in ["/js/app.js", "/style/base.css", "/icon.svg", "/"] {
            let plain = try await site.send(.get, path), packed = try await site.send(.get, path, headers: Self.gzip)
            #expect(plain.headers[.contentEncoding] == nil)
            #expect(plain.headers[.vary] == "Accept-Encoding")
            #expect(packed.headers[.vary] == "Accept-Encoding")
            #expect(packed.headers[.contentType] == plain.headers[.contentType])
            #expect(packed.headers[.eTag] == plain.headers[.eTag])
            guard plain.data.count >= Gzip.leastBytes else {
                #expect(packed.data == plain.data)
                continue
            }
            #expect(packed.headers[.contentEncoding] == "gzip")
            #expect(packed.headers[.contentLength] == "\(packed.data.count)")
            #expect(packed.data.count < plain.data.count / 2 + 200)
            #expect(try Self.unpack(packed.data, in: site) == plain.data)
        }
    }

    @Test("a file that the browser has is not sent again, whichever form it has")
    func cached() async throws {
        let site = try APISite()
        let packed = try await site.send(.get, "/js/app.js", headers: Self.gzip)
        let tag = try #require(packed.headers[.eTag])
        #expect(tag.hasPrefix("W/"))
        var headers = Self.gzip
        headers[.ifNoneMatch] = tag
        #expect(try await site.send(.get, "/js/app.js", headers: headers).status == .notModified)
        #expect(try await site.send(.get, "/js/app.js", headers: [.ifNoneMatch: tag]).status == .notModified)
    }

    @Test("who refuses gzip or does not name it gets the file as it is", arguments: ["gzip;q=0", "br", "identity", ""])
    func refused(accepted: String) async throws {
        let answer = try await APISite().send(.get, "/js/app.js", headers: [.acceptEncoding: accepted])
        #expect(answer.status == .ok)
        #expect(answer.headers[.contentEncoding] == nil)
    }

    @Test("what holds secrets, clips and pictures are never compressed")
    func api() async throws {
        let site = try APISite()
        let video = Data(repeating: 7, count: 50_000)
        let clip = try site.site.addClip("01clip", video: video, poster: video)
        for path in [
            "/api/v1/session", "/api/v1/tokens", "/api/v1/users", "/api/v1/clips/\(clip.id)/video.mp4",
            "/api/v1/clips/\(clip.id)/poster.jpg", "/i/\(site.site.token)/clip.mp4", "/i/\(site.site.token)",
        ] {
            let answer = try await site.send(.get, path, as: .admin, headers: Self.gzip)
            #expect(answer.status == .ok, "\(path)")
            #expect(answer.headers[.contentEncoding] == nil, "\(path)")
        }
        var part = Self.gzip
        part[.range] = "bytes=-5"
        let range = try await site.send(.get, "/api/v1/clips/\(clip.id)/video.mp4", as: .viewer, headers: part)
        #expect(range.status == .partialContent)
        #expect(range.data == video.suffix(5))
    }

    @Test("a list of many incidents unpacks to what is sent plain")
    func incidents() async throws {
        let site = try APISite()
        for number in 0..<20 {
            var incident = site.site.incident
            incident.id = .init(rawValue: "02incident\(number)")
            try site.site.store.unwatched.commit(.new(incident))
        }
        let plain = try await site.send(.get, "/api/v1/incidents", as: .viewer)
        let packed = try await site.send(.get, "/api/v1/incidents", as: .viewer, headers: Self.gzip)
        #expect(plain.headers[.contentEncoding] == nil)
        #expect(packed.headers[.contentEncoding] == "gzip")
        #expect(packed.data.count < plain.data.count / 4)
        #expect(try Self.unpack(packed.data, in: site) == plain.data)
    }

    private static func unpack(_ data: Data, in site: APISite) throws -> Data {
        let file = site.site.directory.file("answer.gz")
        try data.write(to: file)
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        process.standardOutput = pipe
        try process.run()
        let all = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return all
    }
}
