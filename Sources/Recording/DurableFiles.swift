import Crypto
import Domain
import Foundation
import Media

/// File operations that hold after a power cut.
struct DurableFiles: Sendable {
    let system: any ClipFileSystem

    init(_ system: any ClipFileSystem = LocalFileSystem()) { self.system = system }

    /// Makes a folder and those above it, each entered in its parent for good.
    func makeFolder(_ url: URL) throws {
        let path = Self.path(url)
        if system.exists(path) {
            // A file in the folder's place is found out by whoever writes into it; it has to be found out here.
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
                return
            }
            throw FileFailure(path: path, code: ENOTDIR)
        }
        let parent = url.deletingLastPathComponent()
        if Self.path(parent) != path { try makeFolder(parent) }
        try system.makeFolder(path)
        try system.syncFolder(Self.path(parent))
    }

    /// What was renamed or made in the folder stays so.
    func syncFolder(_ url: URL) throws { try system.syncFolder(Self.path(url)) }

    /// Gives a file its name, for good.
    func rename(_ from: URL, to: URL) throws {
        try system.rename(Self.path(from), to: Self.path(to))
        try syncFolder(to.deletingLastPathComponent())
    }

    /// Writes a small file whole or not at all, for good.
    func write(_ data: Data, to url: URL) throws {
        let temporary = url.appendingPathExtension("part")
        let path = Self.path(temporary)
        do {
            let file = try system.create(path, exclusively: false)
            defer { file.close() }
            try file.write([UInt8](data))
            try file.sync()
        } catch {
            try? system.remove(path)
            throw error
        }
        try rename(temporary, to: url)
    }

    /// Cuts a file off, for good.
    func truncate(_ url: URL, to bytes: Int64) throws { try system.truncate(Self.path(url), to: bytes) }

    /// Takes files of one folder away, for good.
    func remove(_ urls: [URL]) throws {
        for url in urls { try system.remove(Self.path(url)) }
        guard let folder = urls.first?.deletingLastPathComponent(), exists(folder) else { return }
        try syncFolder(folder)
    }

    func exists(_ url: URL) -> Bool { system.exists(Self.path(url)) }

    private static func path(_ url: URL) -> String {
        let path = url.path(percentEncoded: false)
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}

/// What a file is known by.
public struct FileDigest: Hashable, Sendable {
    public var bytes: Int64
    /// In lower-case hexadecimal.
    public var sha256: String

    /// Reads the whole file. Blocks.
    public init(of url: URL) throws {
        BlockingWork.assertMayBlock("reading a whole file")
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        var hash = SHA256()
        bytes = 0
        while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
            hash.update(data: part)
            bytes += Int64(part.count)
        }
        sha256 = hash.finalize().hexadecimal
    }
}
