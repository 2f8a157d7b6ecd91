internal import CFFmpeg
import Domain
import Foundation

/// What a packet says of itself without being decoded.
struct PacketFacts: Hashable, Sendable {
    /// When it is shown, in 1/90,000 s.
    var pts: Int64
    /// Without what only fills it up.
    var bytes: Int
    var isKeyFrame: Bool

    init(pts: Int64, bytes: Int, isKeyFrame: Bool) {
        self.pts = pts
        self.bytes = bytes
        self.isKeyFrame = isKeyFrame
    }

    init(_ packet: Packet) {
        let data = UnsafeBufferPointer(start: packet.packet.pointee.data, count: packet.byteCount)
        self.init(pts: packet.pts.pts90k, bytes: data.count - Self.filler(data), isKeyFrame: packet.isKeyFrame)
    }

    /// Encoders with a constant bit rate fill packets up with a unit of bytes 0xFF (ITU-T H.264, 7.3.2.7; H.265, 7.3.2.8).
    /// - Returns: How many bytes it has; 0 without one.
    static func filler(_ data: UnsafeBufferPointer<UInt8>) -> Int {
        guard data.last == 0x80 else { return 0 }
        var start = data.count - 1
        while start > 0, data[start - 1] == 0xFF { start -= 1 }
        let count = data.count - start
        // Coded frames don't end with so many equal bytes.
        return count > 16 ? count : 0
    }
}

/// Notices in the sizes of a camera's packets that something happens, before any of them is decoded.
///
/// An encoder spends bits where a frame differs from the one before it. In a still scene that is noise, and the size
/// keeps near a value that depends on the kind of the packet; what moves adds to it. So the logarithm of each size is compared
/// with the median of the last ones of its kind, in units of their robust deviation: a single large one is a jump, several that
/// are somewhat larger add up (CUSUM, Page 1954). Noise, rate control and the light change both slowly, and they are followed.
///
/// Only frames that are shown after all before them are compared: what lies between two of those (B frames) is predicted from
/// both sides, and says little. Their kind is how many packets lie between, and whether a key frame is the one before.
struct PacketSizeWatch {
    /// Packets that are not what was expected.
    struct Surprise: Hashable, Sendable {
        enum Kind: Hashable, Sendable {
            /// A key frame of another size than the last ones.
            case keyFrame
            /// One packet that is much larger.
            case jump
            /// Several that are larger.
            case rise
        }

        var kind: Kind
        /// When it probably began, in 1/90,000 s: where the sum that is a rise left 0; for a key frame, at the one before.
        var since: Int64
    }

    /// One kind of packets.
    private struct Series {
        /// Logarithms of the last sizes: some seconds.
        var sizes = RunningMedian(capacity: 60)
        /// By how much each differed from what was expected: as long as a minute.
        var errors = RunningMedian(capacity: 400)
    }

    /// Deviations of one packet that are a jump.
    private static let jumpDeviations: Float = 6.5
    /// Of a key frame, up or down: there are few to learn from.
    private static let keyFrameDeviations: Float = 8
    /// Deviations that a packet may have without adding to the sum, and the sum that is a rise.
    private static let allowance: Float = 1
    private static let riseSum: Float = 9
    /// The least deviation that is believed, as a part of the size.
    private static let leastDeviation: Float = 0.015
    private static let leastKeyFrameChange: Float = 0.04
    /// Sizes that vary less than this are not what the scene makes of them.
    private static let controlledDeviation: Float = 0.004
    /// Small packets vary by whole bytes.
    private static let roundingBytes: Float = 16
    private static let kinds = 9
    private static let fewestErrors = 12
    private static let fewestKeyFrames = 4

    private var series: [Series?] = Array(repeating: nil, count: kinds)
    private var keyFrames = RunningMedian(capacity: 15)
    private var newest = Int64.min
    private var lastKeyFrame: Int64?
    /// Packets since the last one that is compared.
    private var between = 0
    private var isFirst = false
    private var sum: Float = 0
    private var sumBegan: Int64 = 0
    /// Packets that were compared and learned from.
    private var learned = 0

    /// How much is expected to happen by itself: 1 as learned; raised where surprises were none.
    private(set) var tolerance: Float = 1

    /// Whether enough has been seen to be surprised by anything.
    var isReady: Bool { learned >= 45 && keyFrames.count >= Self.fewestKeyFrames }

    /// Whether the encoder makes all packets the same size: they say nothing of the scene.
    var isControlled: Bool {
        guard let usual = series.compactMap({ $0 }).max(by: { $0.errors.count < $1.errors.count }),
            usual.errors.count >= 60, let size = usual.sizes.median
        else { return false }
        return exp(size) > 300 && usual.errors.deviation < Self.controlledDeviation
    }

    /// Another stream begins; what was learned of the camera's habits stays.
    mutating func restart() {
        let tolerance = tolerance
        self = PacketSizeWatch()
        self.tolerance = tolerance
    }

    /// A surprise was none: the next must be larger.
    mutating func raiseTolerance() { tolerance = min(3, tolerance * 1.25) }

    /// A surprise was right, or one was missed.
    mutating func lowerTolerance() { tolerance = max(1, tolerance * 0.9) }

    /// Takes the next packet, in the order of decoding.
    /// - Parameter learns: Whether nothing happens as far as is known.
    mutating func take(_ packet: PacketFacts, learns: Bool) -> Surprise? {
        let size = log(Float(max(0, packet.bytes)) + Self.roundingBytes)
        if packet.isKeyFrame { return takeKeyFrame(packet, size, learns: learns) }
        between += 1
        guard packet.pts > newest else { return nil }
        newest = packet.pts
        let kind = isFirst ? 0 : min(between, Self.kinds - 1)
        between = 0
        isFirst = false
        var series = self.series[kind] ?? Series()
        // The copy in the array would make the changes copy the arrays.
        self.series[kind] = nil
        defer { self.series[kind] = series }
        guard let usual = series.sizes.median, series.sizes.count >= 4 else {
            if learns { series.sizes.append(size) }
            return nil
        }
        let error = size - usual
        var surprise: Surprise?
        if series.errors.count >= Self.fewestErrors {
            surprise = judge(error, series.errors, at: packet.pts)
        }
        if learns {
            series.sizes.append(size)
            series.errors.append(error)
            learned += 1
        }
        return surprise
    }

    private mutating func judge(_ error: Float, _ errors: RunningMedian, at pts: Int64) -> Surprise? {
        let spread = max(Self.leastDeviation, errors.deviation)
        let deviations = (error - (errors.median ?? 0)) / spread / tolerance
        if sum <= 0 { sumBegan = pts }
        sum = max(0, sum + min(deviations, Self.jumpDeviations) - Self.allowance)
        let isJump = deviations > Self.jumpDeviations
        guard isJump || sum > Self.riseSum else { return nil }
        sum = 0
        return Surprise(kind: isJump ? .jump : .rise, since: sumBegan)
    }

    private mutating func takeKeyFrame(_ packet: PacketFacts, _ size: Float, learns: Bool) -> Surprise? {
        newest = max(newest, packet.pts)
        between = 0
        isFirst = true
        // What makes it different came since the one before.
        let since = lastKeyFrame ?? packet.pts
        lastKeyFrame = packet.pts
        var surprise: Surprise?
        if keyFrames.count >= Self.fewestKeyFrames, let usual = keyFrames.median {
            let change = abs(size - usual)
            let limit = max(Self.leastKeyFrameChange, Self.keyFrameDeviations * max(0.005, keyFrames.deviation))
            if change > limit * tolerance { surprise = Surprise(kind: .keyFrame, since: since) }
        }
        if learns { keyFrames.append(size) }
        return surprise
    }
}
