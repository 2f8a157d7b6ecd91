import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

@Suite("Live streams, against a real RTSP server", .serialized, .mayWait)
struct LiveTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func failure(_ options: SourceOptions) -> MediaError? {
        do {
            _ = try Demuxer(options)
            return nil
        } catch { return error as? MediaError }
    }

    private func makeSource(_ options: SourceOptions, _ ring: PacketRing) throws -> LiveSource {
        let camera = try #require(CameraID(rawValue: "dock"))
        return LiveSource(
            camera: camera, options: options, ring: ring,
            backoff: Backoff(initialSeconds: 0.2, capSeconds: 1, jitter: 0))
    }

    @Test(
        "Every codec plays in order, on its times",
        arguments: [
            ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0"],
            ["-c:v", "libx264", "-preset", "fast", "-bf", "2"],
            ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:bframes=2", "-tag:v", "hvc1"],
        ])
    func codecs(codec: [String]) throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 3, codec: codec)
        let server = try RTSPServer(streams: ["cam": file])
        let demuxer = try Demuxer(SourceOptions(url: server.url("cam")))
        #expect(demuxer.isLive)
        #expect(demuxer.info.frameSize == FrameSize(width: 320, height: 180))
        let decoder = try VideoDecoder(demuxer.streamParameters)
        var shown: [Double] = [], decoded: [MediaTime] = []
        while shown.count < 25, let packet = try demuxer.read() {
            decoded.append(packet.time)
            try decoder.decode(packet) { shown.append($0.time.seconds) }
        }
        #expect(decoded == decoded.sorted() && Set(decoded).count == decoded.count)
        for (index, seconds) in shown.enumerated() { #expect(abs(seconds - Double(index) / 10) < 0.002) }
        #expect(decoder.damagedPackets == 0)
        server.stop()
    }

    @Test(
        "Digest login works; a wrong or missing password, an unknown path and a closed port say so, without the password"
    )
    func login() throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 1)
        let secret = "s3/c@:t"
        let server = try RTSPServer(streams: ["cam": file], login: .init(username: "admin", password: secret))
        let url = server.url("cam")
        let demuxer = try Demuxer(SourceOptions(url: url, username: "admin", password: secret))
        #expect(try demuxer.read()?.isKeyFrame == true)
        #expect(failure(SourceOptions(url: url)) == .unauthorized(source: url))
        let inside = url.replacingOccurrences(of: "rtsp://", with: "rtsp://admin:wr0ng@")
        let wrong = try #require(failure(SourceOptions(url: inside)))
        #expect(wrong == .unauthorized(source: url))
        #expect(!"\(wrong)".contains("wr0ng"))
        let elsewhere = SourceOptions(url: server.url("other"), username: "admin", password: secret)
        #expect(failure(elsewhere) == .streamNotFound(source: server.url("other")))
        server.stop()
        guard case .unreachable(let source, _) = failure(SourceOptions(url: url)) else {
            Issue.record("a closed port is unreachable")
            return
        }
        #expect(source == url)
    }

    @Test("A file played once goes on with its last scene")
    func holding() throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 1, gop: 5)
        let server = try RTSPServer(streams: ["cam": file], once: true)
        let demuxer = try Demuxer(SourceOptions(url: server.url("cam")))
        var sizes: [Int] = []
        while sizes.count < 20, let packet = try demuxer.read() { sizes.append(packet.byteCount) }
        #expect(Array(sizes[5..<10]) == Array(sizes[10..<15]) && Array(sizes[5..<10]) == Array(sizes[15..<20]))
        #expect(Array(sizes[0..<5]) != Array(sizes[5..<10]))
    }

    @Test("A server that dies is noticed, and packets flow again within 5 s of its return, in a new epoch")
    func reconnect() async throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 2)
        let server = try RTSPServer(streams: ["cam": file])
        let ring = PacketRing(seconds: 5, maxBytes: 1 << 24)
        let source = try makeSource(SourceOptions(url: server.url("cam")), ring)
        source.start()
        var epochs: [Int] = []
        var failures = 0
        var returned = ContinuousClock.now
        for await state in source.states {
            switch state {
            case .connecting: continue
            case .online(let info, let epoch):
                #expect(info.codecName == "h264")
                epochs.append(epoch)
                if epochs.count == 2 { source.stop() } else { server.stop() }
            case .offline(let error, let seconds):
                #expect(seconds <= 1)
                failures += 1
                if failures == 1 {
                    if case .disconnected = error {} else { Issue.record("\(error)") }
                } else if failures == 3 {
                    try server.restart()
                    returned = .now
                }
            }
        }
        #expect(ContinuousClock.now - returned < .seconds(60))
        #expect(epochs.count == 2 && epochs[0] == 0 && epochs[1] >= 3)
        #expect(ring.statistics.newest?.epoch == epochs[1])
        #expect(source.lastPacketAt != nil)
    }

    @Test("A server that freezes is noticed by the read deadline, and comes back")
    func frozen() async throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 2)
        let server = try RTSPServer(streams: ["cam": file])
        let ring = PacketRing(seconds: 5, maxBytes: 1 << 24)
        let options = SourceOptions(url: server.url("cam"), openTimeoutSeconds: 5, readTimeoutSeconds: 1)
        let source = try makeSource(options, ring)
        source.start()
        var seen: [String] = []
        for await state in source.states {
            switch state {
            case .connecting: continue
            case .online:
                seen.append("online")
                if seen.count == 1 { server.freeze() } else { source.stop() }
            case .offline(let error, _):
                if case .timedOut(let source, let seconds) = error {
                    #expect(source == options.url && seconds == 1)
                    seen.append("silent")
                }
                server.thaw()
            }
        }
        #expect(seen.first == "online" && seen.contains("silent") && seen.last == "online")
    }

    @Test("Stopping interrupts a read that waits")
    func stopping() throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 1)
        let server = try RTSPServer(streams: ["cam": file])
        let cancellation = Cancellation()
        let demuxer = try Demuxer(
            SourceOptions(url: server.url("cam"), readTimeoutSeconds: 60), cancellation: cancellation)
        _ = try demuxer.read()
        server.freeze()
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { cancellation.cancel() }
        #expect(throws: MediaError.cancelled) { while try demuxer.read() != nil {} }
        server.thaw()
    }

    @Test("Nothing that answers is waited for longer than the deadline")
    func silentServer() throws {
        // Accepts and says nothing.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = bind(listener, pointer, length)
                _ = listen(listener, 4)
                _ = getsockname(listener, pointer, &length)
            }
        }
        let url = "rtsp://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/x"
        let started = ContinuousClock.now
        #expect(failure(SourceOptions(url: url, openTimeoutSeconds: 0.5)) == .timedOut(source: url, seconds: 0.5))
        #expect(ContinuousClock.now - started < .seconds(60))
    }

    @Test("MJPEG over HTTP goes by the arrival")
    func mjpeg() throws {
        let file = try TestVideo.make(folder.file("a.mp4"), seconds: 3)
        let server = try MJPEGServer(showing: file)
        let opened = try Demuxer(SourceOptions(url: server.url))
        #expect(opened.isLive && opened.info.codecName == "mjpeg")
        let decoder = try VideoDecoder(opened.streamParameters)
        var times: [Double] = []
        while times.count < 10, let packet = try opened.read() {
            #expect(packet.isKeyFrame)
            try decoder.decode(packet) { times.append($0.time.seconds) }
        }
        #expect(times.count == 10 && times == times.sorted() && times.first == 0)
        #expect(throws: MediaError.self) { while try opened.read() != nil {} }
    }
}
