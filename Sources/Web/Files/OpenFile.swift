import Domain
import Foundation
import Glibc
import Hummingbird

/// A regular file open for reading. It stays readable when the recorder renames or deletes it meanwhile.
final class OpenFile: Sendable {
    struct ReadError: Error {}

    private let descriptor: Int32
    /// The size in bytes when it was opened; a clip that is being written grows on.
    let size: Int

    /// - Returns: nil when there is no such regular file, or it can't be read.
    init?(_ url: URL) {
        BlockingWork.assertMayBlock("opening a file")
        let descriptor = Glibc.open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes from `offset`, read off the concurrency pool because a disk may be slow.
    /// - Throws: ``ReadError`` at the end of the file and on errors of the disk.
    func read(from offset: Int, count: Int) async throws -> ByteBuffer {
        try await BlockingWork.shared.run {
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            let read = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
                max(0, pread(self.descriptor, bytes.baseAddress, min(count, bytes.count), off_t(offset)))
            }
            guard read > 0 else { throw ReadError() }
            return buffer
        }
    }

    /// Opens a file off the concurrency pool.
    static func open(_ find: @escaping @Sendable () -> URL?) async -> OpenFile? {
        await BlockingWork.shared.run { find().flatMap(OpenFile.init) }
    }
}

extension ClipSource {
    /// The clip's video, unless it is gone or still empty.
    func openVideo(of clip: Clip) async -> OpenFile? {
        let file = await OpenFile.open { videoFile(of: clip) }
        return file.flatMap { $0.size > 0 ? $0 : nil }
    }

    /// The clip's poster, unless there is none yet.
    func openPoster(of clip: Clip) async -> OpenFile? {
        let file = await OpenFile.open { posterFile(of: clip) }
        return file.flatMap { $0.size > 0 ? $0 : nil }
    }
}
