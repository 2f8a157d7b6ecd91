import Dispatch
import Foundation
import Glibc
import Hummingbird

/// A regular file open for reading. It stays readable when the recorder renames or deletes it meanwhile.
final class OpenFile: Sendable {
    struct ReadError: Error {}

    private let descriptor: Int32
    /// The size in bytes when it was opened; a clip that is being written grows on.
    let size: Int

    private static let queue = DispatchQueue(label: "aislewatch.web.files", attributes: .concurrent)

    /// - Returns: nil when there is no such regular file, or it can't be read.
    init?(_ url: URL) {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
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
        try await withCheckedThrowingContinuation { continuation in
            Self.queue.async {
                var buffer = ByteBufferAllocator().buffer(capacity: count)
                let read = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
                    max(0, pread(self.descriptor, bytes.baseAddress, min(count, bytes.count), off_t(offset)))
                }
                continuation.resume(with: read > 0 ? .success(buffer) : .failure(ReadError()))
            }
        }
    }
}
