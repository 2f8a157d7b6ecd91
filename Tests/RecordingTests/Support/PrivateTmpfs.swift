import Foundation
import Glibc
import TestSupport

/// A real tmpfs that only these tests see: a helper process mounts it in a mount namespace of its own, and the tests reach it
/// through `/proc/PID/root`. There is one for all of them, one after the other; it goes when this process ends.
final class PrivateTmpfs: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let shared = Result { try PrivateTmpfs() }

    /// Why this machine gives none; nil when it does.
    static var refusal: String? {
        if case .failure(let error) = shared { return "no mount namespace of the tests' own: \(error)" }
        return nil
    }

    /// Empty.
    static func cleared() throws -> PrivateTmpfs {
        let disk = try shared.get()
        for name in try FileManager.default.contentsOfDirectory(atPath: disk.root.path) {
            try FileManager.default.removeItem(at: disk.root.appending(path: name))
        }
        return disk
    }

    private static let megabytes = 8
    private let folder: TemporaryDirectory
    private let process: Process
    private let input = Pipe()

    /// The mounted folder, as this process sees it.
    let root: URL

    private init() throws {
        folder = try TemporaryDirectory()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // Without root it needs a user namespace too, which some systems forbid.
        let script =
            "mount --make-rprivate / 2>/dev/null; mount -t tmpfs -o size=\(Self.megabytes)m none \"$1\" "
            + "&& echo mounted $$ && read -r end"
        process.arguments = ["unshare", geteuid() == 0 ? "-m" : "-rm", "sh", "-c", script, "sh", folder.url.path]
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        self.process = process
        var said = ""
        while !said.hasSuffix("\n"), let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            said += String(decoding: byte, as: UTF8.self)
        }
        let words = said.split(whereSeparator: \.isWhitespace)
        guard words.first == "mounted", let pid = words.last.flatMap({ Int($0) }) else {
            process.terminate()
            throw Failure(description: said.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        root = URL(filePath: "/proc/\(pid)/root\(folder.url.path)")
        guard access(root.path, W_OK) == 0 else {
            process.terminate()
            throw Failure(description: "\(root.path): \(String(cString: strerror(errno)))")
        }
    }

    /// Bytes that are free.
    func freeBytes() -> Int64 {
        var facts = statvfs()
        guard statvfs(root.path, &facts) == 0 else { return 0 }
        return Int64(clamping: facts.f_bavail) * Int64(facts.f_frsize)
    }

    /// Writes a file beside the clips until so many bytes are free; 0 takes the last one.
    func fill(untilFree bytes: Int64) throws {
        let file = Glibc.open(root.appending(path: "filler").path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(description: String(cString: strerror(errno))) }
        defer { close(file) }
        let block = [UInt8](repeating: 7, count: 4096)
        while freeBytes() > bytes {
            if write(file, block, block.count) < block.count { return }
        }
    }

    /// The filler goes.
    func empty() throws { try FileManager.default.removeItem(at: root.appending(path: "filler")) }
}
