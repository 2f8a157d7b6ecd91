public import Foundation
import Glibc

/// A folder of exported graphs with its `manifest.json`: which files there are, and what each is known by.
public struct ModelFolder: Sendable {
    /// A file that the manifest names.
    public struct Entry: Hashable, Sendable {
        public var file: String
        public var identity: FileIdentity
    }

    public let url: URL
    /// The family, as `model.family` spells it.
    public let name: String
    /// In order of name.
    public let entries: [Entry]

    private static let manifestName = "manifest.json"

    /// Reads the manifest; the files themselves are left alone.
    /// - Throws: ``ModelFilesError/fileMissing(path:)`` or `manifestInvalid`.
    public init(_ url: URL) throws(ModelFilesError) {
        self.url = url
        let manifest = url.appending(path: Self.manifestName)
        guard FileManager.default.fileExists(atPath: manifest.path) else { throw .fileMissing(path: manifest.path) }
        func invalid(_ reason: String) -> ModelFilesError { .manifestInvalid(path: manifest.path, reason: reason) }
        guard let data = try? Data(contentsOf: manifest), let root = try? JSONSerialization.jsonObject(with: data),
            let root = root as? [String: Any]
        else { throw invalid("it is not a JSON object") }
        guard let name = root["name"] as? String, !name.isEmpty else { throw invalid("name is missing") }
        guard Self.isFileName(name) else { throw invalid("\"\(name)\" can't be the name of a folder") }
        self.name = name
        var found: [String: Entry] = [:]
        // A network of one file has it at the top; where it comes from (`origin`) is not in the folder.
        let parts = root["file"] is String ? [root] : ["graphs", "constants"].map { root[$0] }
        for part in parts { try Self.collect(part, into: &found, invalid) }
        guard !found.isEmpty else { throw invalid("it names no file") }
        entries = found.values.sorted { $0.file < $1.file }
    }

    /// Notes the file of an object that has one, and those inside it.
    private static func collect(
        _ value: Any?, into found: inout [String: Entry], _ invalid: (String) -> ModelFilesError
    ) throws(ModelFilesError) {
        guard let object = value as? [String: Any] else { return }
        guard let file = object["file"] as? String else {
            for key in object.keys.sorted() { try collect(object[key], into: &found, invalid) }
            return
        }
        guard isFileName(file) else { throw invalid("\"\(file)\" is not the name of a file") }
        guard let bytes = (object["bytes"] as? NSNumber)?.int64Value, bytes > 0 else {
            throw invalid("\(file) has no bytes")
        }
        guard let sha256 = (object["sha256"] as? String)?.lowercased(), sha256.utf8.count == 64,
            sha256.allSatisfy(\.isHexDigit)
        else { throw invalid("\(file) has no sha256") }
        let entry = Entry(file: file, identity: FileIdentity(bytes: bytes, sha256: sha256))
        if let other = found[file], other != entry { throw invalid("\(file) is there twice and differs") }
        found[file] = entry
    }

    private static func isFileName(_ text: String) -> Bool {
        !text.isEmpty && !text.contains("/") && !text.contains("\0") && text.first != "."
    }

    /// Holds every file to the manifest.
    /// - Throws: ``ModelFilesError`` of the first that differs.
    public func verify() throws(ModelFilesError) {
        for entry in entries { try entry.identity.verify(url.appending(path: entry.file)) }
    }

    /// Bytes of all files.
    public var bytes: Int64 { entries.reduce(0) { $0 + ($1.identity.bytes ?? 0) } }

    // MARK: Taking over

    /// Copies the manifest, the files that it names and its card to `models/NAME`, whole or not at all.
    ///
    /// The copy is checked before it takes its place. Another folder there is put aside under another name for that moment
    /// and then removed, so that a daemon that starts meanwhile finds the old files or the new ones.
    /// - Parameters:
    ///   - models: The folder that holds a folder for each family.
    ///   - isReplacing: Whether a folder with other files may go.
    ///   - check: Looks at the copy before it counts, for instance by loading it.
    /// - Returns: The new folder.
    public func install(
        in models: URL, isReplacing: Bool, check: @Sendable (URL) async throws -> Void = { _ in }
    ) async throws -> ModelFolder {
        let place = models.appending(path: name)
        if let there = try? ModelFolder(place), there.entries == entries, (try? there.verify()) != nil {
            try await check(place)
            return there
        }
        if FileManager.default.fileExists(atPath: place.path), !isReplacing {
            throw ModelFilesError.exists(path: place.path)
        }
        let mark = "\(getpid())"
        let copy = models.appending(path: ".\(name).\(mark).new"), old = models.appending(path: ".\(name).\(mark).old")
        defer {
            try? FileManager.default.removeItem(at: copy)
            try? FileManager.default.removeItem(at: old)
        }
        do {
            try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
            try? FileManager.default.removeItem(at: copy)
            try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: false)
            for file in [Self.manifestName] + entries.map(\.file) + ["MODEL_CARD.md", "LICENSE"] {
                let from = url.appending(path: file).resolvingSymlinksInPath()
                guard FileManager.default.fileExists(atPath: from.path) else { continue }
                let to = copy.appending(path: file)
                try FileManager.default.copyItem(at: from, to: to)
                // What was exported by one user is read by another, the daemon's.
                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: to.path)
            }
        } catch {
            throw ModelFilesError.notWritable(path: copy.path, reason: error.localizedDescription)
        }
        let copied = try ModelFolder(copy)
        try copied.verify()
        try await check(copy)
        let isOld = rename(place.path, old.path) == 0
        guard rename(copy.path, place.path) == 0 else {
            let reason = String(cString: strerror(errno))
            if isOld { rename(old.path, place.path) }
            throw ModelFilesError.notWritable(path: place.path, reason: reason)
        }
        return try ModelFolder(place)
    }
}
