public import Foundation
import Yams

/// `models/registry.yaml`: published networks and where their weights are.
public struct ModelCatalogue: Sendable {
    public static let fileName = "registry.yaml"

    /// In the file's order.
    public let models: [PublishedModel]

    private struct Document: Decodable {
        var models: [PublishedModel]
    }

    /// - Throws: ``ModelFilesError/registryInvalid(path:reason:)``.
    public static func read(_ file: URL) throws(ModelFilesError) -> ModelCatalogue {
        let text: String
        do {
            text = try String(contentsOf: file, encoding: .utf8)
        } catch {
            throw .registryInvalid(path: file.path, reason: "it can't be read (\(error.localizedDescription))")
        }
        return try parse(text, path: file.path)
    }

    /// - Parameter path: For messages.
    public static func parse(_ text: String, path: String) throws(ModelFilesError) -> ModelCatalogue {
        let models: [PublishedModel]
        do {
            models = try YAMLDecoder().decode(Document.self, from: text).models
        } catch {
            throw .registryInvalid(path: path, reason: reason(error))
        }
        var names: Set<String> = []
        for model in models {
            if let mistake = model.mistake {
                throw .registryInvalid(path: path, reason: "\(model.name): \(mistake)")
            }
            guard names.insert(model.name).inserted else {
                throw .registryInvalid(path: path, reason: "\(model.name) is there twice")
            }
        }
        return ModelCatalogue(models: models)
    }

    /// - Throws: ``ModelFilesError/unknownModel(name:known:)``.
    public func model(_ name: String) throws(ModelFilesError) -> PublishedModel {
        guard let model = models.first(where: { $0.name == name }) else {
            throw .unknownModel(name: name, known: models.map(\.name))
        }
        return model
    }

    private static func reason(_ error: any Error) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map { "\($0 + 1)." } ?? $0.stringValue }.joined(separator: " ")
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            return "\(place(context.codingPath + [key])) is missing"
        case DecodingError.typeMismatch(let type, let context):
            return "\(place(context.codingPath)) is not of type \(type)"
        case DecodingError.valueNotFound(_, let context): return "\(place(context.codingPath)) has no value"
        case DecodingError.dataCorrupted(let context):
            return context.codingPath.isEmpty ? "it is not YAML" : "\(place(context.codingPath)) is not readable"
        default: return "it is not YAML"
        }
    }
}

/// One network of the registry.
public struct PublishedModel: Hashable, Sendable, Decodable {
    /// The weights as their authors publish them.
    public struct Checkpoint: Hashable, Sendable, Decodable {
        private enum CodingKeys: String, CodingKey {
            case file, url, bytes, sha256
            case gitBlob = "git_blob"
            case hashedBy = "hashed_by"
        }

        /// The name it is kept under.
        public var file: String
        public var url: String
        public var bytes: Int64?
        public var sha256: String?
        public var gitBlob: String?
        /// Who published the hash.
        public var hashedBy: String?

        public var identity: FileIdentity {
            FileIdentity(bytes: bytes, sha256: sha256?.lowercased(), gitBlob: gitBlob?.lowercased())
        }
    }

    /// As `model.family` spells it, and the name of the folder of its graphs.
    public var name: String
    public var title: String
    public var licence: String
    /// Where its authors publish it.
    public var origin: String
    public var checkpoint: Checkpoint
    /// What it needs to run, in words.
    public var needs: String

    /// What keeps the entry from being used.
    fileprivate var mistake: String? {
        func isPlainName(_ text: String) -> Bool {
            !text.isEmpty && text.first != "."
                && text.utf8.allSatisfy {
                    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-".utf8.contains($0)
                }
        }
        func isHex(_ text: String, _ count: Int) -> Bool { text.utf8.count == count && text.allSatisfy(\.isHexDigit) }
        if !isPlainName(name) { return "a name has A-Z a-z 0-9 . _ - only" }
        if !isPlainName(checkpoint.file) { return "checkpoint.file \"\(checkpoint.file)\" is not the name of a file" }
        guard let url = URL(string: checkpoint.url), url.host != nil, ["http", "https"].contains(url.scheme) else {
            return "checkpoint.url \"\(checkpoint.url)\" is no http or https address"
        }
        if let bytes = checkpoint.bytes, bytes < 1 { return "checkpoint.bytes is \(bytes)" }
        if let hash = checkpoint.sha256, !isHex(hash, 64) { return "checkpoint.sha256 is not 64 hexadecimal digits" }
        if let blob = checkpoint.gitBlob, !isHex(blob, 40) { return "checkpoint.git_blob is not 40 hexadecimal digits" }
        return nil
    }
}
