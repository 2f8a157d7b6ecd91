import Domain
import Foundation
import Media
import Vision

/// What a stream costs this machine, in processor seconds (user and system).
public struct StreamCost: Hashable, Sendable, Codable {
    /// To receive one second of it.
    public var readSeconds: Double
    /// To decode and look through one second of it, every frame.
    public var watchSeconds: Double
    /// To decode one key frame and compare it with what is known.
    public var glanceSeconds: Double
    /// For the network to look at one object once; 0 without a network.
    public var lookSeconds: Double

    public init(readSeconds: Double, watchSeconds: Double, glanceSeconds: Double, lookSeconds: Double) {
        self.readSeconds = readSeconds
        self.watchSeconds = watchSeconds
        self.glanceSeconds = glanceSeconds
        self.lookSeconds = lookSeconds
    }
}

/// How many cameras a machine can take. Pure arithmetic over what was measured.
public struct MachinePlan: Hashable, Sendable {
    public struct Camera: Hashable, Sendable {
        public var id: CameraID
        public var cost: StreamCost
        /// How often a second the network looks.
        public var analysisFPS: Double
        /// Whether frames are left undecoded while nothing happens.
        public var isAdaptive: Bool

        public init(id: CameraID, cost: StreamCost, analysisFPS: Double, isAdaptive: Bool) {
            self.id = id
            self.cost = cost
            self.analysisFPS = analysisFPS
            self.isAdaptive = isAdaptive
        }

        /// Processor seconds for a minute in which nothing happens.
        public var stillMinute: Double {
            let seen = isAdaptive ? cost.glanceSeconds / MachinePlan.glanceSeconds : cost.watchSeconds
            return 60 * (cost.readSeconds + seen)
        }

        /// For a minute in which one object moves.
        public var busyMinute: Double { busyMinute(analysisFPS: analysisFPS) }

        func busyMinute(analysisFPS: Double) -> Double {
            60 * (cost.readSeconds + cost.watchSeconds + analysisFPS * cost.lookSeconds)
        }
    }

    /// From one key frame that is looked at while nothing happens to the next.
    static let glanceSeconds = 4.0
    /// Part of the processors that the cameras may take at most: pages, recording and the system need some, and a queue that is
    /// always full grows.
    public static let usableFraction = 0.8
    /// Below this rate the network no longer follows what falls.
    private static let slowestFPS = 2.0

    public var cameras: [Camera]
    public var processors: Int

    public init(cameras: [Camera], processors: Int) {
        self.cameras = cameras
        self.processors = processors
    }

    /// Processor seconds that a minute has for cameras.
    public var usableMinute: Double { 60 * Double(processors) * Self.usableFraction }
    /// What a minute takes in which nothing happens before any camera, or something before each.
    public var stillMinute: Double { cameras.reduce(0) { $0 + $1.stillMinute } }
    public var busyMinute: Double { cameras.reduce(0) { $0 + $1.busyMinute } }

    public var fits: Bool { busyMinute <= usableMinute }

    /// How many cameras like these can be busy at the same time while all the others are still; nil where not even all of them
    /// still fit.
    public var busyAtOnce: Int? {
        guard !cameras.isEmpty, stillMinute <= usableMinute else { return nil }
        // The dearest first: whichever they are, so many fit.
        var left = usableMinute - stillMinute
        var count = 0
        for extra in cameras.map({ $0.busyMinute - $0.stillMinute }).sorted(by: >) {
            left -= extra
            guard left >= 0 else { break }
            count += 1
        }
        return count
    }

    /// How many cameras that cost what these cost on average the machine takes when all are busy, or all are still.
    public var mostBusy: Int { most(busyMinute) }
    public var mostStill: Int { most(stillMinute) }

    private func most(_ minute: Double) -> Int {
        guard minute > 0, !cameras.isEmpty else { return 0 }
        return Int(clamping: (usableMinute / (minute / Double(cameras.count))).rounded(.down))
    }

    /// What to change, the most useful first; empty when all fits.
    public var advice: [String] {
        guard !fits else { return [] }
        var advice: [String] = []
        if cameras.contains(where: { !$0.isAdaptive }) {
            advice.append("set analysis.mode: adaptive, so that still scenes cost next to nothing")
        }
        let watching = cameras.reduce(0) { $0 + 60 * ($1.cost.readSeconds + $1.cost.watchSeconds) }
        let looking = cameras.reduce(0) { $0 + 60 * $1.analysisFPS * $1.cost.lookSeconds }
        let fps = cameras.map(\.analysisFPS).max() ?? 0
        if looking > 0, watching < usableMinute {
            let possible = fps * (usableMinute - watching) / looking
            if possible >= Self.slowestFPS {
                advice.append("set analysis.fps: \(String(format: "%.1f", (possible * 10).rounded(.down) / 10))")
            }
        }
        if watching > 0.5 * usableMinute {
            advice.append(
                "give a smaller stream for the analysis (analysis_url, 640 pixels wide and 10 to 15 frames a second), or a "
                    + "graphics device (analysis.decoder)")
        }
        let needed = Int(clamping: (busyMinute / 60 / Self.usableFraction).rounded(.up))
        advice.append("or take a machine with \(needed) processors like these")
        return advice
    }
}

/// Measures what a stream costs, by doing with it what the daemon does.
public struct StreamCostProbe: Sendable {
    private let family: (any SegmentationFamily)?
    private let seconds: Double
    private let clock: any WallClock

    /// - Parameters:
    ///   - family: nil leaves the network out.
    ///   - seconds: of the stream are read.
    public init(family: (any SegmentationFamily)?, seconds: Double, clock: any WallClock = SystemClock()) {
        self.family = family
        self.seconds = seconds
        self.clock = clock
    }

    /// - Returns: what the stream is, and its cost.
    /// - Throws: `MediaError`, also of a stream that gives no frame.
    public func measure(_ options: SourceOptions) async throws -> (info: StreamInfo, cost: StreamCost) {
        let read = try await BlockingWork.shared.run { try self.read(options) }
        let media = max(1e-3, read.mediaSeconds)
        let (frames, decoding) = try await BlockingWork.shared.run { try self.decode(read.items) }
        guard let first = frames.first else {
            throw MediaError.decodingFailed(
                source: options.redactedURL, reason: "no whole frame came within \(Int(seconds)) s")
        }
        let glancing = try await BlockingWork.shared.run { try self.decodeKeyFrames(read.items) }
        let motion = try await watch(frames, family: nil)
        let cost = StreamCost(
            readSeconds: read.processorSeconds / media, watchSeconds: (decoding + motion) / media,
            // A look is an analysed frame as well.
            glanceSeconds: glancing + motion / Double(frames.count), lookSeconds: try await look(frames, first))
        return (read.info, cost)
    }

    private struct Reading: Sendable {
        var info: StreamInfo
        var items: [RingItem]
        var mediaSeconds: Double
        var processorSeconds: Double
    }

    private func read(_ options: SourceOptions) throws -> Reading {
        let began = ProcessorTime.seconds()
        let demuxer = try Demuxer(options, clock: clock)
        var items: [RingItem] = []
        var first: MediaTime?, last: MediaTime?
        while let packet = try demuxer.read() {
            guard packet.isVideo else { continue }
            // Before the first key frame nothing can be decoded.
            if items.isEmpty, !packet.isKeyFrame { continue }
            items.append(RingItem(packet: packet, parameters: demuxer.streamParameters))
            first = first ?? packet.time
            last = packet.time
            if let first, let passed = packet.time.seconds(since: first), passed >= seconds { break }
        }
        let media = first.flatMap { first in last.flatMap { $0.seconds(since: first) } } ?? 0
        return Reading(
            info: demuxer.info, items: items, mediaSeconds: media, processorSeconds: ProcessorTime.seconds() - began)
    }

    private func decode(_ items: [RingItem]) throws -> ([VideoFrame], Double) {
        let decoder = StreamDecoder()
        var frames: [VideoFrame] = []
        let began = ProcessorTime.seconds()
        for item in items { try decoder.decode(item) { frames.append($0) } }
        try decoder.flush { frames.append($0) }
        return (frames.filter { !$0.isDamaged }, ProcessorTime.seconds() - began)
    }

    /// Processor seconds for a key frame.
    private func decodeKeyFrames(_ items: [RingItem]) throws -> Double {
        let decoder = StreamDecoder()
        var count = 0
        let began = ProcessorTime.seconds()
        for item in items where item.packet.isKeyFrame {
            decoder.reset()
            try decoder.decode(item) { _ in }
            try decoder.flush { _ in }
            count += 1
        }
        return (ProcessorTime.seconds() - began) / Double(max(1, count))
    }

    /// Processor seconds to look through the frames, with one object followed where there is a network.
    private func watch(_ frames: [VideoFrame], family: (any SegmentationFamily)?) async throws -> Double {
        var settings = SceneSettings()
        settings.analysisFPS = Self.looksPerSecond
        let tracker = SceneTracker(settings: settings, family: family)
        if family != nil, let first = frames.first {
            let middle = Point(x: Double(first.size.width) / 2, y: Double(first.size.height) / 2)
            _ = try await tracker.addPrompt(Prompt(positive: [middle]), frame: first)
        }
        let began = ProcessorTime.seconds()
        for frame in frames { _ = try await tracker.observe(frame) }
        return ProcessorTime.seconds() - began
    }

    private static let looksPerSecond = 5.0
    /// So many frames are enough to see what a look of the network costs.
    private static let lookedAtSeconds = 4.0

    private func look(_ frames: [VideoFrame], _ first: VideoFrame) async throws -> Double {
        guard let family else { return 0 }
        let some = frames.filter { ($0.time.seconds(since: first.time) ?? 0) <= Self.lookedAtSeconds }
        let length = some.last?.time.seconds(since: first.time) ?? 0
        guard length > 0.5 else { return 0 }
        // The first run compiles what is compiled on demand.
        _ = try await watch(Array(some.prefix(2)), family: family)
        let without = try await watch(some, family: nil), with = try await watch(some, family: family)
        return max(0, with - without) / (length * Self.looksPerSecond)
    }
}
