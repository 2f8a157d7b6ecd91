import Domain
import Foundation
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import Web

/// What is worked for a client ends with it, and what nobody reads is never begun.
@Suite("Streams nobody reads", .serialized, .timeLimit(.minutes(5)))
struct StreamEndTests {
    /// Everything that may be left behind.
    private struct Load: Equatable {
        /// Encoders, heartbeats: they sleep on the clock between two rounds.
        var loops: Int
        var subscribers: Int
        var viewers: Int
        /// Descriptors of files below the site's folder.
        var openFiles: Int
        var archives: Int
    }

    private let api: APISite
    private let feed = CountingFeed()
    private let archive: CountingArchive
    private let secret: String

    init() throws {
        let feed = feed, archive = CountingArchive()
        self.archive = archive
        api = try APISite(services: {
            $0.feed = feed
            $0.archive = archive
        })
        let folder = api.site.directory.url
        archive.folder.withLock { $0 = folder }
        let clip = try api.site.addClip("01clip", video: Data([0]))
        // Larger than all socket buffers together.
        try FileHandle(forWritingTo: api.site.directory.file(clip.path)).truncate(atOffset: 64 << 20)
        secret = try #require(api.secrets[.operator])
    }

    private var load: Load {
        Load(
            loops: api.site.clock.sleeperCount, subscribers: api.services.hub.subscriberCount,
            viewers: feed.viewerCount, openFiles: openFiles(below: api.site.directory.url.path),
            archives: archive.heldFiles)
    }

    private func openFiles(below folder: String) -> Int {
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return descriptors.count { descriptor in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
            // The database stays open.
            return target.map { $0.hasPrefix(folder) && !$0.contains("sqlite") } ?? false
        }
    }

    private func request(_ method: String, _ path: String) -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: a\r\nCookie: \(APIRouter.cookie)=\(secret)\r\n\r\n"
    }

    /// Waits until a real server has noticed what its clients did.
    private func eventually(_ condition: () -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return condition()
    }

    static let paths = [
        "/api/v1/cameras/dock/live.mjpeg", "/api/v1/cameras/dock/live.mp4", "/api/v1/events?tracks=true",
        "/api/v1/clips/01clip/video.mp4", "/api/v1/incidents/01incident/export.zip",
    ]

    @Test("100 HEADs begin nothing", arguments: paths)
    func head(_ path: String) async throws {
        let before = load
        try await api.server.serving { port in
            let connection = try Connection(port: port)
            for _ in 0..<100 {
                try await connection.send(request("HEAD", path))
                let head = try await connection.receiveHead()
                #expect(head.hasPrefix("HTTP/1.1 200 OK"), "\(head)")
            }
            // Loops that were begun have reached their sleep by now, or do so soon: a moment's calm is no proof, so the
            // clock goes on and nothing may be drawn.
            for _ in 0..<20 {
                api.site.clock.advance(seconds: 1)
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(feed.drawn == 0 && feed.videosOpened == 0 && archive.made == 0)
            #expect(load == before)
        }
        #expect(load == before)
    }

    @Test("100 clients that leave at once leave nothing behind", arguments: paths, [true, false])
    func leaving(_ path: String, _ abruptly: Bool) async throws {
        let before = load
        try await api.server.serving { port in
            for _ in 0..<100 {
                let connection = try Connection(port: port)
                try await connection.send(request("GET", path))
                if abruptly { connection.resetAtEnd() }
            }
            #expect(try await eventually { load == before }, "\(load)")
            // The server is well, and has served all of them.
            let last = try Connection(port: port)
            try await last.send(request("HEAD", path))
            #expect(try await last.receiveHead().hasPrefix("HTTP/1.1 200 OK"))
            #expect(try await eventually { load == before }, "\(load)")
        }
        #expect(load == before)
    }

    @Test("a client that watches is served, and its stream ends when it leaves", arguments: paths.prefix(3))
    func watching(_ path: String) async throws {
        let before = load
        try await api.server.serving { port in
            do {
                let connection = try Connection(port: port)
                try await connection.send(request("GET", path))
                #expect(try await connection.receive(atLeast: 200).hasPrefix("HTTP/1.1 200 OK"))
                #expect(try await eventually { load != before })
            }
            #expect(try await eventually { load == before }, "\(load)")
        }
    }

    @Test("a stream ends with its session, however quiet it is", arguments: paths.prefix(3))
    func session(_ path: String) async throws {
        let before = load
        try await api.server.serving { port in
            let connection = try Connection(port: port)
            try await connection.send(request("GET", path))
            #expect(try await connection.receive(atLeast: 200).hasPrefix("HTTP/1.1 200 OK"))
            let secret = secret
            try await api.site.store.perform { try $0.closeSession(secret) }
            #expect(
                try await eventually {
                    api.site.clock.advance(seconds: 5)
                    feed.send()
                    return load == before
                }, "\(load)")
        }
    }

    @Test("the server ends at once although streams are open", arguments: paths.prefix(3))
    func shutdown(_ path: String) async throws {
        let before = load
        var connections: [Connection] = []
        try await api.server.serving { port in
            let connection = try Connection(port: port)
            connections = [connection]
            try await connection.send(request("GET", path))
            #expect(try await connection.receive(atLeast: 200).hasPrefix("HTTP/1.1 200 OK"))
        }
        #expect(connections.count == 1 && load == before)
    }
}

/// One camera whose picture changes each time somebody looks, and who counts those who do.
private final class CountingFeed: LiveFeed {
    private struct State {
        var drawn = 0
        var opened = 0
        var next = 0
        var viewers: [Int: AsyncStream<Data>.Continuation] = [:]
    }

    private let state = Mutex(State())

    var drawn: Int { state.withLock { $0.drawn } }
    var videosOpened: Int { state.withLock { $0.opened } }
    var viewerCount: Int { state.withLock { $0.viewers.count } }

    /// A fragment for everybody.
    func send() {
        for viewer in state.withLock({ Array($0.viewers.values) }) { viewer.yield(Data([1, 2, 3])) }
    }

    func cameras() -> [CameraView] {
        CameraID(rawValue: "dock").map {
            [CameraView(id: $0, name: "Dock", state: .online, stateText: "", codec: "avc1.64001F")]
        } ?? []
    }

    func video(of camera: CameraID) async throws -> LiveVideo {
        let (stream, continuation) = AsyncStream.makeStream(of: Data.self)
        let id = state.withLock { state in
            state.next += 1
            state.opened += 1
            state.viewers[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.viewers.removeValue(forKey: id) }
        }
        continuation.yield(Data(count: 500))
        return LiveVideo(
            codec: "avc1.64001F", epoch: 0, offsetPts90k: 0, header: Data("ftyp".utf8), fragments: stream)
    }

    func picture(of camera: CameraID, at time: MediaTime?, maxWidth: Int?) async throws -> LivePicture {
        let count = state.withLock { state in
            state.drawn += 1
            return state.drawn
        }
        return LivePicture(
            jpeg: Data(count: 500), time: MediaTime(seconds: Double(count)), date: Site.start,
            frameSize: FrameSize(width: 64, height: 64))
    }
}

/// Makes files that stay until somebody deletes them.
private final class CountingArchive: IncidentArchive {
    let folder = Mutex<URL?>(nil)
    private let count = Mutex(0)

    var made: Int { count.withLock { $0 } }

    var heldFiles: Int {
        guard let folder = folder.withLock({ $0 }) else { return 0 }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.count { $0.hasSuffix(".zip") }
    }

    func makeArchive(of incident: IncidentID, by: String) async throws -> URL {
        let number = count.withLock { count in
            count += 1
            return count
        }
        guard let folder = folder.withLock({ $0 }) else { throw PortFailure.notAvailable("no folder") }
        let url = folder.appending(path: "\(number).zip")
        guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
            throw PortFailure.notAvailable("no file")
        }
        try FileHandle(forWritingTo: url).truncate(atOffset: 64 << 20)
        return url
    }
}
