public import Domain
public import Foundation
import Glibc
public import Storage

/// Copies what a site can't get back otherwise: the database, the key of its links, and the configuration. Clips are not in
/// it; they are files that never change.
public struct SiteBackup {
    /// `MANIFEST.json`: what belongs to the backup, and how to find out that it is whole.
    struct Manifest: Codable {
        static let currentVersion = 1
        var version = Self.currentVersion
        var program: String
        var date: Date
        /// SHA-256 in hex by file name.
        var files: [String: String]
    }

    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    static let databaseName = "aislewatch.sqlite"
    static let keyName = "aislewatch.sqlite.key"
    static let configurationName = "aislewatch.yaml"

    /// While a daemon writes, or not. Readable by this user alone: the files hold telephone numbers, and maybe passwords.
    /// - Parameters:
    ///   - configuration: The file, which is copied as it is; files that it names with `file:` are not.
    ///   - folder: Where the backup's own folder is made, named after the moment.
    ///   - program: The program's version, for its manifest.
    /// - Returns: The folder of this backup.
    public static func make(
        store: Store, configuration: URL?, in folder: URL, program: String, clock: any WallClock
    ) throws -> URL {
        let stamp = clock.now().formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
        let target = folder.appending(path: "aislewatch-\(stamp)")
        let partial = folder.appending(path: ".aislewatch-\(stamp).part")
        let manager = FileManager.default
        guard !manager.fileExists(atPath: target.path) else {
            throw Failure(description: "\(target.path) is there already")
        }
        try? manager.removeItem(at: partial)
        try manager.createDirectory(
            at: partial, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        do {
            var names = [databaseName]
            try store.blocking.backUp(to: partial.appending(path: databaseName))
            let key = URL(filePath: Store.keyFile(of: store.path))
            if manager.fileExists(atPath: key.path) {
                try copy(key, to: partial.appending(path: keyName))
                names.append(keyName)
            }
            if let configuration {
                try copy(configuration, to: partial.appending(path: configurationName))
                names.append(configurationName)
            }
            var manifest = Manifest(program: program, date: clock.now(), files: [:])
            for name in names { manifest.files[name] = try hash(partial.appending(path: name)) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            encoder.dateEncodingStrategy = .iso8601
            try write(encoder.encode(manifest), to: partial.appending(path: "MANIFEST.json"))
            try sync(partial)
            try manager.moveItem(at: partial, to: target)
            try sync(folder)
            return target
        } catch {
            try? manager.removeItem(at: partial)
            throw error
        }
    }

    /// Puts a backup in the place of what is there; what was there is kept beside it, with `.before-restore-…` in its name.
    /// - Parameters:
    ///   - database: Where the database is to lie; no daemon may work with it.
    ///   - configuration: Where the configuration is to lie; nil leaves it alone.
    /// - Returns: What was moved aside.
    public static func restore(
        from folder: URL, database: URL, configuration: URL?, clock: any WallClock
    ) throws -> [URL] {
        let data = try contents(folder.appending(path: "MANIFEST.json"))
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let manifest = try? decoder.decode(Manifest.self, from: data) else {
            throw Failure(description: "\(folder.path) is no backup: its MANIFEST.json can't be read")
        }
        guard manifest.version <= Manifest.currentVersion else {
            throw Failure(description: "the backup was made by a newer version (\(manifest.program)): install that one")
        }
        for (name, expected) in manifest.files {
            guard try hash(folder.appending(path: name)) == expected else {
                throw Failure(description: "\(name) in \(folder.path) is not what was backed up (SHA-256 differs)")
            }
        }
        let lock = try InstanceLock(path: database.path(percentEncoded: false))
        defer { withExtendedLifetime(lock) {} }
        var places = [(databaseName, database), (keyName, URL(filePath: Store.keyFile(of: database.path)))]
        if let configuration { places.append((configurationName, configuration)) }
        let stamp = clock.now().formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
        // First everything beside its place, then the changes of names: a failure in the middle of copying changes nothing.
        for (name, place) in places where manifest.files[name] != nil {
            let partial = URL(filePath: place.path + ".restore")
            try? FileManager.default.removeItem(at: partial)
            try copy(folder.appending(path: name), to: partial)
        }
        var moved: [URL] = []
        // A write-ahead log of the old database would be played into the new one.
        for suffix in ["-wal", "-shm"] { try moveAside(URL(filePath: database.path + suffix), stamp, &moved) }
        for (name, place) in places where manifest.files[name] != nil {
            try moveAside(place, stamp, &moved)
            try FileManager.default.moveItem(at: URL(filePath: place.path + ".restore"), to: place)
            try sync(place.deletingLastPathComponent())
        }
        return moved
    }

    private static func moveAside(_ file: URL, _ stamp: String, _ moved: inout [URL]) throws {
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        let aside = URL(filePath: "\(file.path).before-restore-\(stamp)")
        try FileManager.default.moveItem(at: file, to: aside)
        moved.append(aside)
    }

    private static func copy(_ from: URL, to: URL) throws { try write(contents(from), to: to) }

    private static func contents(_ url: URL) throws -> Data {
        do { return try Data(contentsOf: url) } catch { throw Failure(description: "\(url.path) can't be read") }
    }

    private static func hash(_ url: URL) throws -> String {
        do { return try FileDigest(of: url).sha256 } catch { throw Failure(description: "\(url.path) can't be read") }
    }

    private static func write(_ data: Data, to url: URL) throws {
        let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(description: "\(url.path): \(String(cString: strerror(errno)))") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: data)
        try file.synchronize()
    }

    private static func sync(_ folder: URL) throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw Failure(description: "\(folder.path): \(String(cString: strerror(errno)))")
        }
    }
}
