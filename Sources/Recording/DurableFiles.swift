import Crypto
import Foundation
import Glibc

/// File operations that hold after a power cut.
enum DurableFiles {
    struct Failure: Error, CustomStringConvertible {
        var path: String
        var code: Int32
        var description: String { "\(path): \(String(cString: strerror(code)))" }
    }

    /// Makes a folder and those above it, each entered in its parent for good.
    static func makeFolder(_ url: URL) throws {
        let path = url.path(percentEncoded: false)
        if FileManager.default.fileExists(atPath: path) { return }
        let parent = url.deletingLastPathComponent()
        if parent.path(percentEncoded: false) != path { try makeFolder(parent) }
        if mkdir(path, 0o750) != 0 && errno != EEXIST { throw Failure(path: path, code: errno) }
        try syncFolder(parent)
    }

    /// What was renamed or made in the folder stays so.
    static func syncFolder(_ url: URL) throws {
        let path = url.path(percentEncoded: false)
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Failure(path: path, code: errno) }
    }

    /// Gives a file its name, for good.
    static func rename(_ from: URL, to: URL) throws {
        guard Glibc.rename(from.path(percentEncoded: false), to.path(percentEncoded: false)) == 0 else {
            throw Failure(path: to.path(percentEncoded: false), code: errno)
        }
        try syncFolder(to.deletingLastPathComponent())
    }

    /// Writes a small file whole or not at all, for good.
    static func write(_ data: Data, to url: URL) throws {
        let temporary = url.appendingPathExtension("part")
        let path = temporary.path(percentEncoded: false)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Failure(path: path, code: errno) }
        var code: Int32 = 0
        data.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty, code == 0 {
                let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if written < 0 {
                    if errno != EINTR { code = errno }
                } else {
                    rest = rest.dropFirst(written)
                }
            }
        }
        if code == 0, fsync(descriptor) != 0 { code = errno }
        close(descriptor)
        guard code == 0 else {
            unlink(path)
            throw Failure(path: path, code: code)
        }
        try rename(temporary, to: url)
    }

    /// Cuts a file off, for good.
    static func truncate(_ url: URL, to bytes: Int64) throws {
        let path = url.path(percentEncoded: false)
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, code: errno) }
        defer { close(descriptor) }
        guard ftruncate(descriptor, off_t(bytes)) == 0, fsync(descriptor) == 0 else {
            throw Failure(path: path, code: errno)
        }
    }

    /// Size in bytes and SHA-256 in lower-case hex.
    static func digest(of url: URL) throws -> (bytes: Int64, sha256: String) {
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        var hash = SHA256()
        var bytes: Int64 = 0
        while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
            hash.update(data: part)
            bytes += Int64(part.count)
        }
        return (bytes, hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
}
