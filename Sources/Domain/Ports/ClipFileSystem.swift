import Foundation

/// All that recording does to a disk, as a port: so that tests can take the disk away, fill it, let it hang, and replay
/// what a power cut would have left of it. Every call blocks until the system has answered.
public protocol ClipFileSystem: Sendable {
    func exists(_ path: String) -> Bool
    /// One level; a folder that is there already is fine.
    func makeFolder(_ path: String) throws
    /// What was made, renamed or removed in the folder stays so after a power cut.
    func syncFolder(_ path: String) throws
    /// A new file to write to. With `exclusively` it must not exist, else an old one is emptied.
    func create(_ path: String, exclusively: Bool) throws -> any ClipFileHandle
    /// Cuts a file off; on disk when it returns.
    func truncate(_ path: String, to bytes: Int64) throws
    func rename(_ from: String, to: String) throws
    /// A file that is gone already is fine.
    func remove(_ path: String) throws
    /// Free and whole space of the disk that the path lies on.
    func space(_ path: String) throws -> DiskSpace
}

/// A file that is being written, from its beginning to its end. Not for two threads at once.
public protocol ClipFileHandle: AnyObject {
    func write(_ bytes: [UInt8]) throws
    /// The content is on disk, and its length.
    func syncData() throws
    func sync() throws
    /// Also when the handle is let go.
    func close()
}

/// Bytes on a disk.
public struct DiskSpace: Hashable, Sendable {
    /// What this user may still write.
    public var availableBytes: Int64
    public var totalBytes: Int64

    public init(availableBytes: Int64, totalBytes: Int64) {
        self.availableBytes = availableBytes
        self.totalBytes = totalBytes
    }
}

/// What the system said when a file operation failed.
public struct FileFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public var path: String
    /// `errno`.
    public var code: Int32

    public init(path: String, code: Int32) {
        self.path = path
        self.code = code
    }

    /// The system's words, for example "No space left on device".
    public var reason: String { String(cString: strerror(code)) }
    /// More room would help.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
    public var description: String { "\(path): \(reason)" }
}
