import Domain
import Storage

/// Deletes clips in the order that leaves nothing behind that nobody knows: tombstone, files, folder synced, row.
struct ClipRemover: Sendable {
    let folders: ClipFolders
    let store: Store

    /// - Throws: `FileFailure` or `StorageError`; the tombstone stays and the next start goes on with it.
    func remove(_ clip: Clip) throws {
        try folders.requireFolder(of: clip)
        try store.blocking.markTombstone(clip.id)
        try finish(clip)
    }

    /// Of a tombstone.
    func finish(_ clip: Clip) throws {
        try folders.requireFolder(of: clip)
        try folders.disk.remove(folders.files.all(of: clip))
        try store.blocking.removeTombstone(clip.id)
    }
}
