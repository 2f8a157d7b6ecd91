internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// Takes a muxer's bytes, and puts them on disk a fragment at a time: one write, one fdatasync.
final class FragmentFile {
    let io: UnsafeMutablePointer<AVIOContext>
    private(set) var bytesOnDisk: Int64 = 0
    /// Handed to the system; at most this much more than `bytesOnDisk` can be lost.
    private var bytesWritten: Int64 = 0

    private let handle: any ClipFileHandle
    private let pending: Pending

    /// What the muxer has written and the disk has not.
    private final class Pending {
        var bytes: [UInt8] = []
    }

    /// Creates the file; it must not exist.
    /// - Throws: `FileFailure`, or `MediaError.encodingFailed`.
    init(path: String, fileSystem: any ClipFileSystem) throws {
        handle = try fileSystem.create(path, exclusively: true)
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
            handle.close()
            throw MediaError.encodingFailed(reason: "out of memory")
        }
        io.pointee.seekable = 0
        self.io = io
    }

    deinit {
        av_free(io.pointee.buffer)
        var io: UnsafeMutablePointer<AVIOContext>? = io
        avio_context_free(&io)
        handle.close()
    }

    /// What the muxer has handed out so far goes to disk.
    /// - Parameter isDeferred: Only to the system; a later commit brings it to disk.
    /// - Returns: Whether there was anything.
    @discardableResult
    func commit(isDeferred: Bool = false) throws -> Bool {
        avio_flush(io)
        let isNew = !pending.bytes.isEmpty
        if isNew {
            try handle.write(pending.bytes)
            bytesWritten += Int64(pending.bytes.count)
            pending.bytes.removeAll(keepingCapacity: true)
        }
        guard !isDeferred, bytesOnDisk < bytesWritten else { return isNew }
        try handle.syncData()
        bytesOnDisk = bytesWritten
        return isNew
    }

    /// All of it, and its size, is on disk.
    func sync() throws {
        try commit()
        try handle.sync()
    }
}
