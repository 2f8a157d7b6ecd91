import Domain
import Foundation
import Media
import Settings

/// Tries a stream that an administrator is about to add. Only what may stand in a configuration is opened; FFmpeg itself
/// is held to network protocols as well.
public struct StreamTrial: Sendable {
    private let cameras: @Sendable () -> [CameraConfiguration]
    private let clock: any WallClock

    /// - Parameter cameras: Those that there are.
    public init(cameras: @escaping @Sendable () -> [CameraConfiguration], clock: any WallClock) {
        self.cameras = cameras
        self.clock = clock
    }

    private static let openSeconds = 8.0
    private static let watchSeconds = 4.0

    public func test(url: String, username: String?, password: String?, camera: CameraID?) async throws -> StreamTest {
        guard let scheme = url.range(of: "://").map({ url[..<$0.lowerBound].lowercased() }),
            StreamURL.schemes.contains(scheme), url.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F })
        else {
            throw PortFailure.invalid(
                "Only addresses with \(StreamURL.schemes.map { $0 + "://" }.joined(separator: ", ")) can be tried.")
        }
        var options = SourceOptions(
            url: url, username: username, password: password, openTimeoutSeconds: Self.openSeconds,
            readTimeoutSeconds: Self.openSeconds)
        if username == nil, password == nil, let known = cameras().first(where: { $0.id == camera }),
            Self.host(url) == Self.host(known.url.reveal())
        {
            options.username = known.username
            options.password = known.password?.reveal()
        }
        let clock = clock
        let wanted = options
        return await BlockingWork.shared.run { Self.watch(wanted, clock) }
    }

    private static func host(_ url: String) -> String? {
        guard let start = url.range(of: "://") else { return nil }
        var head = url[start.upperBound...].prefix { $0 != "/" }
        if let at = head.lastIndex(of: "@") { head = head[head.index(after: at)...] }
        return head.lowercased()
    }

    private static func watch(_ options: SourceOptions, _ clock: any WallClock) -> StreamTest {
        do {
            let demuxer = try Demuxer(options, clock: clock)
            let until = clock.monotonicSeconds() + watchSeconds
            var decoder: VideoDecoder?
            var frame: VideoFrame?
            var keys: [MediaTime] = []
            var packets = 0
            while clock.monotonicSeconds() < until, keys.count < 2 || frame == nil, let packet = try demuxer.read() {
                packets += 1
                if packet.isKeyFrame { keys.append(packet.pts) }
                guard frame == nil, !keys.isEmpty else { continue }
                if decoder == nil { decoder = try VideoDecoder(demuxer.streamParameters) }
                try decoder?.decode(packet) { frame = frame ?? $0 }
            }
            if frame == nil { try decoder?.flush { frame = frame ?? $0 } }
            let info = demuxer.info
            guard packets > 0 else {
                return StreamTest(outcome: TestOutcome(isOK: false, message: "It answers, but sends no pictures."))
            }
            let gap = keys.count > 1 ? keys[1].seconds(since: keys[0]) : nil
            return StreamTest(
                outcome: TestOutcome(
                    isOK: frame != nil,
                    message: frame != nil
                        ? "It works: \(info.codecName), \(info.frameSize)."
                        : "It sends \(info.codecName), but no whole picture came within \(Int(watchSeconds)) s."),
                codec: info.codecName, frameSize: info.frameSize, framesPerSecond: info.framesPerSecond,
                hasAudio: info.hasAudio, keyFrameSeconds: gap,
                jpeg: try frame.map { try JPEGEncoder.encode(frame: $0, maxWidth: 640, quality: 80) })
        } catch {
            return StreamTest(outcome: TestOutcome(isOK: false, message: "\(error)"))
        }
    }
}
