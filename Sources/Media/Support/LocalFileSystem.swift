public import Domain
import Foundation
import Glibc

/// The machine's own file system.
public struct LocalFileSystem: ClipFileSystem {
    public init() {}

    public func exists(_ path: String) -> Bool {
        BlockingWork.assertMayBlock("LocalFileSystem.exists")
        return access(path, F_OK) == 0
    }

    public func makeFolder(_ path: String) throws {
        BlockingWork.assertMayBlock("LocalFileSystem.makeFolder")
        if mkdir(path, 0o750) != 0 && errno != EEXIST { throw FileFailure(path: path, code: errno) }
    }

    public func syncFolder(_ path: String) throws {
        BlockingWork.assertMayBlock("LocalFileSystem.syncFolder")
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure(path: path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFailure(path: path, code: errno) }
    }

    public func create(_ path: String, exclusively: Bool) throws -> any ClipFileHandle {
        BlockingWork.assertMayBlock("LocalFileSystem.create")
        let descriptor = open(path, O_WRONLY | O_CREAT | (exclusively ? O_EXCL : O_TRUNC) | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw FileFailure(path: path, code: errno) }
        return Handle(path: path, descriptor: descriptor)
    }

    public func truncate(_ path: String, to bytes: Int64) throws {
        BlockingWork.assertMayBlock("LocalFileSystem.truncate")
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure(path: path, code: errno) }
        defer { close(descriptor) }
        guard ftruncate(descriptor, off_t(bytes)) == 0, fsync(descriptor) == 0 else {
            throw FileFailure(path: path, code: errno)
        }
    }

    public func rename(_ from: String, to: String) throws {
        BlockingWork.assertMayBlock("LocalFileSystem.rename")
        guard Glibc.rename(from, to) == 0 else { throw FileFailure(path: to, code: errno) }
    }

    public func remove(_ path: String) throws {
        BlockingWork.assertMayBlock("LocalFileSystem.remove")
        if unlink(path) != 0 && errno != ENOENT { throw FileFailure(path: path, code: errno) }
    }

    public func space(_ path: String) throws -> DiskSpace {
        BlockingWork.assertMayBlock("LocalFileSystem.space")
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { throw FileFailure(path: path, code: errno) }
        let unit = Int64(facts.f_frsize)
        return DiskSpace(
            availableBytes: Int64(clamping: facts.f_bavail) * unit, totalBytes: Int64(clamping: facts.f_blocks) * unit)
    }

    private final class Handle: ClipFileHandle {
        private let path: String
        private var descriptor: Int32

        init(path: String, descriptor: Int32) {
            self.path = path
            self.descriptor = descriptor
        }

        deinit { close() }

        func write(_ bytes: [UInt8]) throws {
            BlockingWork.assertMayBlock("a write to an open file")
            try bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                    if written < 0 && errno == EINTR { continue }
                    guard written > 0 else { throw FileFailure(path: path, code: written < 0 ? errno : ENOSPC) }
                    rest = rest.dropFirst(written)
                }
            }
        }

        func syncData() throws {
            BlockingWork.assertMayBlock("a sync of an open file")
            guard fdatasync(descriptor) == 0 else { throw FileFailure(path: path, code: errno) }
        }

        func sync() throws {
            BlockingWork.assertMayBlock("a sync of an open file")
            guard fsync(descriptor) == 0 else { throw FileFailure(path: path, code: errno) }
        }

        func close() {
            if descriptor >= 0 { Glibc.close(descriptor) }
            descriptor = -1
        }
    }
}
