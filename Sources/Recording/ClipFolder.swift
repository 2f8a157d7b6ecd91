import Foundation
import Glibc

/// The folder below which all clips lie.
public enum ClipFolder {
    /// Makes the folder when it is missing and proves that a file can be written there.
    /// - Throws: `RecordingError.folderNotWritable`.
    public static func checkWritable(_ root: URL) throws {
        let path = root.path(percentEncoded: false)
        do {
            try DurableFiles.makeFolder(root)
        } catch let error as DurableFiles.Failure {
            throw RecordingError.folderNotWritable(path: path, reason: String(cString: strerror(error.code)))
        }
        let probe = root.appending(path: ".write-test-\(getpid())")
        do {
            try DurableFiles.write(Data("ok".utf8), to: probe)
            unlink(probe.path(percentEncoded: false))
        } catch let error as DurableFiles.Failure {
            throw RecordingError.folderNotWritable(path: path, reason: String(cString: strerror(error.code)))
        }
    }
}
