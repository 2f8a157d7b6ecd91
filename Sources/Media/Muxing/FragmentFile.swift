internal import CFFmpeg
internal import CFFmpegShim
import Foundation
import Glibc

/// Takes a muxer's bytes, and puts them on disk a fragment at a time: one write, one fdatasync.
final class FragmentFile {
    let io: UnsafeMutablePointer<AVIOContext>
    private(set) var bytesOnDisk: Int64 = 0

    private let path: String
    private let descriptor: Int32
    private let pending: Pending

    /// What the muxer has written and the disk has not.
    private final class Pending {
        var bytes: [UInt8] = []
    }

    /// Creates the file; it must not exist.
    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw MediaError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
        }
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
            close(descriptor)
            throw MediaError.cannotWrite(path: path, reason: "out of memory")
        }
        io.pointee.seekable = 0
        self.io = io
    }

    deinit {
        av_free(io.pointee.buffer)
        var io: UnsafeMutablePointer<AVIOContext>? = io
        avio_context_free(&io)
        close(descriptor)
    }

    /// What the muxer has handed out so far goes to disk.
    func commit() throws {
        avio_flush(io)
        guard !pending.bytes.isEmpty else { return }
        try pending.bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else {
                    throw MediaError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
                }
                rest = rest.dropFirst(written)
            }
        }
        bytesOnDisk += Int64(pending.bytes.count)
        pending.bytes.removeAll(keepingCapacity: true)
        guard fdatasync(descriptor) == 0 else {
            throw MediaError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// All of it, and its size, is on disk.
    func sync() throws {
        try commit()
        guard fsync(descriptor) == 0 else {
            throw MediaError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
        }
    }
}
