import Domain
import Foundation
import Glibc
import Media

/// The folder below which all clips lie.
public enum ClipFolder {
    /// Makes the folder when it is missing and proves that a file can be written there.
    /// - Throws: `RecordingError.folderNotWritable`.
    public static func checkWritable(_ root: URL, fileSystem: any ClipFileSystem = LocalFileSystem()) throws {
        let disk = DurableFiles(fileSystem)
        let probe = root.appending(path: ".write-test-\(getpid())")
        do {
            try disk.makeFolder(root)
            try disk.write(Data("ok".utf8), to: probe)
            try disk.remove([probe])
        } catch let error as FileFailure {
            throw RecordingError.folderNotWritable(path: root.path(percentEncoded: false), reason: error.reason)
        }
    }
}
