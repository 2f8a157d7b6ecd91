internal import CFFmpeg
import Foundation

/// Takes a muxer's bytes into memory, where they stay until they are drained.
final class MuxerOutput {
    /// For the muxer's context; it must not outlive this object.
    let io: UnsafeMutablePointer<AVIOContext>
    private let pending: Pending

    private final class Pending {
        var bytes: [UInt8] = []
    }

    /// - Throws: `MediaError.encodingFailed` when there is no memory.
    init() throws {
        let pending = Pending()
        self.pending = pending
        let bufferBytes: Int32 = 64 << 10
        let buffer = av_malloc(Int(bufferBytes))?.assumingMemoryBound(to: UInt8.self)
        let made = avio_alloc_context(
            buffer, bufferBytes, 1, Unmanaged.passUnretained(pending).toOpaque(), nil,
            { @Sendable opaque, bytes, count in
                guard let opaque, let bytes, count > 0 else { return 0 }
                let pending = Unmanaged<Pending>.fromOpaque(opaque).takeUnretainedValue()
                pending.bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
                return count
            }, nil)
        guard let io = made else {
            av_free(buffer)
            throw MediaError.encodingFailed(reason: "out of memory")
        }
        io.pointee.seekable = 0
        self.io = io
    }

    deinit {
        av_free(io.pointee.buffer)
        var io: UnsafeMutablePointer<AVIOContext>? = io
        avio_context_free(&io)
    }

    /// Lends what the muxer has written since the last time; it is kept when `body` throws.
    /// - Returns: Whether there was anything.
    @discardableResult
    func drain(_ body: ([UInt8]) throws -> Void) rethrows -> Bool {
        avio_flush(io)
        guard !pending.bytes.isEmpty else { return false }
        try body(pending.bytes)
        pending.bytes.removeAll(keepingCapacity: true)
        return true
    }
}
