import Domain
import Foundation
import Glibc
import Hummingbird

/// A regular file open for reading. It stays readable when the recorder renames or deletes it meanwhile.
final class OpenFile: Sendable {
    struct ReadError: Error {}

    /// It is there, and can't be opened: it may be another user's, or the disk fails.
    struct Unreadable: Error, CustomStringConvertible {
        var path: String
        /// `errno`.
        var code: Int32
        var description: String { "\(path) can't be read: \(String(cString: strerror(code)))" }
    }

    private let descriptor: Int32
    /// The size in bytes when it was opened; a clip that is being written grows on.
    let size: Int

    /// - Returns: nil when there is no such regular file.
    /// - Throws: ``Unreadable``.
    init?(_ url: URL) throws {
        BlockingWork.assertMayBlock("opening a file")
        let descriptor = Glibc.open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            guard [ENOENT, ENOTDIR, ENXIO].contains(code) else { throw Unreadable(path: url.path, code: code) }
            return nil
        }
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
    static func open(_ find: @escaping @Sendable () -> URL?) async throws -> OpenFile? {
        try await BlockingWork.shared.run { try find().flatMap { try OpenFile($0) } }
    }
}
