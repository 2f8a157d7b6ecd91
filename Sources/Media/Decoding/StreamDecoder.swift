import Domain

/// Decodes a camera's or file's packets one after the other, whose parameters may change on the way. One owner, one thread.
public final class StreamDecoder {
    private let threads: Int
    private var decoder: VideoDecoder?
    private var damagedBefore = 0

    public init(threads: Int = 1) { self.threads = threads }

    /// Frames that were marked as damaged, and packets that gave none because they could not be decoded.
    public var damagedFrames: Int {
        damagedBefore + (decoder.map { $0.damagedFrames + $0.damagedPackets } ?? 0)
    }

    /// Whether the next packet is the first of another stream.
    public func isNew(_ parameters: StreamParameters) -> Bool { decoder?.parameters !== parameters }

    /// Feeds a packet and hands on the frames that are ready, in the order in which they are shown.
    /// - Throws: `MediaError`, and what `body` throws.
    public func decode(_ item: RingItem, _ body: (VideoFrame) throws -> Void) throws {
        guard item.packet.isVideo else { return }
        if isNew(item.parameters) {
            try flush(body)
            let fresh = try VideoDecoder(item.parameters, threads: threads)
            damagedBefore = damagedFrames
            decoder = fresh
        }
        try decoder?.decode(item.packet, body)
    }

    /// Hands on what is still held back; the next packet must be a key frame.
    public func flush(_ body: (VideoFrame) throws -> Void) throws { try decoder?.flush(body) }

    /// Forgets what was fed: the next packet must be a key frame.
    public func reset() { decoder?.reset() }

    /// Decodes what `next` gives, until it gives nil or `isDone` says that a frame was enough.
    static func run(_ next: () throws -> RingItem?, until isDone: (VideoFrame) throws -> Bool) throws {
        let decoder = StreamDecoder()
        var hasEnough = false
        func take(_ frame: VideoFrame) throws { if !hasEnough { hasEnough = try isDone(frame) } }
        while !hasEnough, let item = try next() { try decoder.decode(item, take) }
        if !hasEnough { try decoder.flush(take) }
    }
}
