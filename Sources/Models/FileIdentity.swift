import Crypto
import Domain
public import Foundation

/// What a file is known by.
public struct FileIdentity: Hashable, Sendable {
    /// Nil where nobody has said.
    public var bytes: Int64?
    /// 64 lower-case hexadecimal digits; decides where it is known.
    public var sha256: String?
    /// 40 lower-case hexadecimal digits: SHA-1 of `blob SIZE\0` and the bytes, as git names files.
    public var gitBlob: String?

    public init(bytes: Int64? = nil, sha256: String? = nil, gitBlob: String? = nil) {
        self.bytes = bytes
        self.sha256 = sha256
        self.gitBlob = gitBlob
    }

    /// Whether there is a hash to hold a file to.
    public var isPinned: Bool { sha256 != nil || gitBlob != nil }

    /// Reads a file to its end.
    /// - Throws: ``ModelFilesError/fileMissing(path:)`` or `fileUnreadable`.
    public static func of(_ file: URL) throws(ModelFilesError) -> FileIdentity {
        let path = file.path
        guard FileManager.default.fileExists(atPath: path) else { throw .fileMissing(path: path) }
        do {
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }
            let size = Int64(try handle.seekToEnd())
            try handle.seek(toOffset: 0)
            var sha256 = SHA256(), blob = Insecure.SHA1()
            blob.update(data: Data("blob \(size)\0".utf8))
            var read: Int64 = 0
            while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty {
                sha256.update(data: part)
                blob.update(data: part)
                read += Int64(part.count)
            }
            return FileIdentity(
                bytes: read, sha256: sha256.finalize().hexadecimal, gitBlob: blob.finalize().hexadecimal)
        } catch {
            throw .fileUnreadable(path: path, reason: error.localizedDescription)
        }
    }

    /// In what a file differs from what it should be: the hash's name, what was expected and what was found. Of a file
    /// whose SHA-256 is known no other hash is looked at.
    func mismatch(_ found: FileIdentity) -> (kind: String, expected: String, found: String)? {
        if let sha256 { return sha256 == found.sha256 ? nil : ("SHA-256", sha256, found.sha256 ?? "unknown") }
        if let gitBlob { return gitBlob == found.gitBlob ? nil : ("git blob id", gitBlob, found.gitBlob ?? "unknown") }
        return nil
    }

    /// Holds a file to this identity.
    /// - Returns: All that is known of the file now.
    /// - Throws: ``ModelFilesError`` that says in what it differs.
    @discardableResult
    public func verify(_ file: URL) throws(ModelFilesError) -> FileIdentity {
        // The size is cheap, and says more than a hash about a file that was cut short.
        if let bytes, let size = Self.size(of: file), size != bytes {
            throw .wrongSize(path: file.path, expected: bytes, found: size)
        }
        let found = try Self.of(file)
        if let (kind, expected, actual) = mismatch(found) {
            throw .wrongHash(path: file.path, kind: kind, expected: expected, found: actual)
        }
        return found
    }

    /// Nil when there is no such file.
    static func size(of file: URL) -> Int64? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        return (attributes?[.size] as? NSNumber)?.int64Value
    }
}
