import Foundation

/// What a disk holds after a crash in the middle of a journal: contents and names count as they were when they were synced.
struct CrashedDisk {
    enum Loss: CaseIterable {
        /// Names and contents that were not synced are gone.
        case all
        /// The names have reached the disk by themselves, the contents have not (as file systems do that order nothing).
        case contents
        /// The process was killed and the machine goes on: nothing is gone.
        case nothing
    }

    private struct File {
        var written: [UInt8] = []
        var synced: [UInt8] = []
    }

    private var files: [Int: File] = [:]
    private var names: [String: Int] = [:]
    private var syncedNames: [String: Int] = [:]
    private var folders: Set<String> = []
    private var syncedFolders: Set<String> = []

    mutating func apply(_ operation: JournalingDisk.Operation) {
        switch operation {
        case .makeFolder(let path): folders.insert(path)
        case .syncFolder(let path):
            func isInside(_ other: String) -> Bool { Self.parent(of: other) == path }
            syncedFolders.formUnion(folders.filter(isInside))
            syncedNames = syncedNames.filter { !isInside($0.key) }
            for (name, file) in names where isInside(name) { syncedNames[name] = file }
        case .create(let path, let file):
            // An old file of that name is emptied; for what comes after, that is a new one.
            files[file] = File()
            names[path] = file
        case .write(let file, let bytes): files[file]?.written += bytes
        case .sync(let file):
            let written = files[file]?.written ?? []
            files[file]?.synced = written
        case .truncate(let path, let bytes):
            guard let file = names[path], let content = files[file] else { return }
            let cut = Array(content.written.prefix(bytes))
            files[file] = File(written: cut, synced: cut)
        case .rename(let from, let to): names[to] = names.removeValue(forKey: from)
        case .remove(let path): names[path] = nil
        }
    }

    /// Makes it real below `target`, which takes the place of `root`.
    func write(root: String, to target: URL, loss: Loss) throws {
        let kept = loss == .all ? syncedNames : names
        let keptFolders = loss == .all ? syncedFolders : folders
        for (path, file) in kept where path.hasPrefix(root + "/") {
            // A file in a folder that is gone is gone.
            var folder = Self.parent(of: path)
            var isThere = true
            while folder != root, folder.count > 1 {
                if !keptFolders.contains(folder) { isThere = false }
                folder = Self.parent(of: folder)
            }
            guard isThere, let content = files[file] else { continue }
            let url = target.appending(path: String(path.dropFirst(root.count + 1)))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(loss == .nothing ? content.written : content.synced).write(to: url)
        }
    }

    private static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}
