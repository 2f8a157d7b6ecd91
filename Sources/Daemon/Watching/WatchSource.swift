import Domain
import Logging
import Media

/// Where `watch` gets frames to analyse, and packets to record.
struct WatchSource: Sendable {
    let feed: any FrameFeed
    let ring: PacketRing
    /// Nil for a file.
    private let camera: LiveSource?

    private static let ringBytes = 256 << 20

    init(_ settings: WatchSettings, preRollSeconds: Double, clock: any WallClock, logger: Logger) throws {
        ring = PacketRing(
            seconds: preRollSeconds + CameraSupervisor.confirmationSeconds, maxBytes: Self.ringBytes, logger: logger)
        if settings.isFile {
            camera = nil
            feed = try FileFrameFeed(settings.input, pace: settings.pace, clock: clock, ring: ring)
        } else {
            let source = LiveSource(
                camera: settings.camera, options: settings.input, ring: ring, clock: clock, logger: logger)
            source.start()
            camera = source
            feed = LiveFrameFeed(ring: ring, clock: clock, logger: logger)
        }
    }

    /// Ends the feed at once; what is in the ring can still be recorded.
    func stop() {
        feed.stop()
        camera?.stop()
        if camera != nil { ring.finish() }
    }
}
