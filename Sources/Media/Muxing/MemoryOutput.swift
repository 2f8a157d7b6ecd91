internal import CFFmpeg
import Foundation

/// Takes a muxer's bytes into memory.
final class MemoryOutput {
    let io: UnsafeMutablePointer<AVIOContext>
    private let pending: Pending

    private final class Pending {
        var bytes = Data()
    }

    /// - Returns: nil when there is no memory.
    init?() {
        let pending = Pending()
        self.pending = pending
        let bufferBytes: Int32 = 64 << 10
        let buffer = av_malloc(Int(bufferBytes))?.assumingMemoryBound(to: UInt8.self)
        let made = avio_alloc_context(
            buffer, bufferBytes, 1, Unmanaged.passUnretained(pending).toOpaque(), nil,
            { @Sendable opaque, bytes, count in
                guard let opaque, let bytes, count > 0 else { return 0 }
                Unmanaged<Pending>.fromOpaque(opaque).takeUnretainedValue().bytes.append(bytes, count: Int(count))
                return count
            }, nil)
        guard let io = made else {
            av_free(buffer)
            return nil
        }
        io.pointee.seekable = 0
        self.io = io
    }

    deinit {
        av_free(io.pointee.buffer)
        var io: UnsafeMutablePointer<AVIOContext>? = io
        avio_context_free(&io)
    }

    /// What was written since the last time.
    func take() -> Data {
        avio_flush(io)
        defer { pending.bytes = Data() }
        return pending.bytes
    }
}
