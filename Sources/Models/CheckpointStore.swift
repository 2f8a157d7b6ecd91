public import Foundation

/// Fetched checkpoints in a folder, and what is remembered of those whose hash nobody has published.
///
/// `fetched.json` holds the SHA-256 that a file had when it was fetched first. A file whose hash the registry knows is held
/// to the registry; another one to what it was the first time.
public struct CheckpointStore {
    /// What `fetched.json` remembers of a file.
    public struct Pin: Hashable, Sendable, Codable {
        public var url: String
        public var bytes: Int64
        public var sha256: String
        public var fetchedAt: Date
    }

    public enum State: Hashable, Sendable {
        case absent
        /// Begun and broken off: so many bytes are there.
        case partial(bytes: Int64)
        /// There, with the right size; `verify` reads it.
        case present
        /// There, with another size than the registry says.
        case wrong
    }

    /// What `fetch` did.
    public enum Fetched: Hashable, Sendable {
        /// It was there already, and is what it should be.
        case already
        /// Its hash is the published one.
        case verified
        /// Nobody has published a hash; this one holds from now on.
        case pinned(sha256: String)
    }

    public let folder: URL
    private var lockFile: URL { folder.appending(path: "fetched.json") }

    public init(folder: URL) { self.folder = folder }

    public func file(of model: PublishedModel) -> URL { folder.appending(path: model.checkpoint.file) }

    public func state(of model: PublishedModel) -> State {
        let file = file(of: model)
        if let size = FileIdentity.size(of: file) {
            return model.checkpoint.bytes.map { $0 == size } ?? true ? .present : .wrong
        }
        let part = FileIdentity.size(of: file.appendingPathExtension("part")) ?? 0
        return part > 0 ? .partial(bytes: part) : .absent
    }

    /// What a model's file must be: the registry's word, else what it was when it was fetched first.
    public func identity(of model: PublishedModel) throws(ModelFilesError) -> FileIdentity {
        let published = model.checkpoint.identity
        guard !published.isPinned, let pin = try pins()[model.checkpoint.file], pin.url == model.checkpoint.url else {
            return published
        }
        return FileIdentity(bytes: pin.bytes, sha256: pin.sha256)
    }

    /// Downloads a model's checkpoint unless it is there. Blocks; see ``FileDownload``.
    public func fetch(
        _ model: PublishedModel, patience: FileDownload.Patience = .init(), now: Date = Date(),
        wait: ((Double) -> Void)? = nil, progress: (FileDownload.Progress) -> Void = { _ in }
    ) throws(ModelFilesError) -> Fetched {
        let file = file(of: model), identity = try identity(of: model)
        if FileManager.default.fileExists(atPath: file.path) {
            let found = try identity.verify(file)
            return try pinIfNeeded(model, identity, found, now) ?? .already
        }
        let download =
            wait.map { FileDownload(model.checkpoint.url, to: file, expected: identity, patience: patience, wait: $0) }
            ?? FileDownload(model.checkpoint.url, to: file, expected: identity, patience: patience)
        let found = try download.run(progress: progress)
        return try pinIfNeeded(model, identity, found, now) ?? .verified
    }

    private func pinIfNeeded(
        _ model: PublishedModel, _ identity: FileIdentity, _ found: FileIdentity, _ now: Date
    ) throws(ModelFilesError) -> Fetched? {
        guard !identity.isPinned, let bytes = found.bytes, let sha256 = found.sha256 else { return nil }
        var pins = try pins()
        pins[model.checkpoint.file] = Pin(url: model.checkpoint.url, bytes: bytes, sha256: sha256, fetchedAt: now)
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.dateEncodingStrategy = .iso8601
            try encoder.encode(pins).write(to: lockFile, options: .atomic)
        } catch {
            throw .notWritable(path: lockFile.path, reason: error.localizedDescription)
        }
        return .pinned(sha256: sha256)
    }

    private func pins() throws(ModelFilesError) -> [String: Pin] {
        guard FileManager.default.fileExists(atPath: lockFile.path) else { return [:] }
        do {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            return try decoder.decode([String: Pin].self, from: Data(contentsOf: lockFile))
        } catch {
            // Taken for empty, it would let another file pass for the first one.
            throw .fileUnreadable(
                path: lockFile.path, reason: "it is not the JSON that fetch writes; remove it or mend it")
        }
    }
}
