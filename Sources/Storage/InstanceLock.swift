import Foundation
import Glibc

/// Says that a daemon works with this database: one at a time, and what must not run beside it can find out. The system
/// gives the lock back when the process ends, however it ends.
public final class InstanceLock: Sendable {
    private let descriptor: Int32

    /// - Parameter path: The database's; the lock is a file beside it.
    /// - Throws: ``StorageError/busy(path:)`` when another process has it.
    public init(path: String) throws {
        let file = path + ".lock"
        let folder = URL(filePath: path).deletingLastPathComponent()
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw StorageError.cannotOpen(path: file, reason: String(cString: strerror(errno)))
        }
        // What is thrown from here on runs `deinit`, which closes the file.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw StorageError.inUse(path: path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Whether a daemon works with the database now.
    public static func isHeld(path: String) -> Bool {
        let descriptor = open(path + ".lock", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }
}
