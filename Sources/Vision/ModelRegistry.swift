import Crypto
import Domain
public import Foundation

/// A family of networks that `model.family` can name. A conforming type and its line in ``ModelRegistry/standard`` are
/// all that a new family needs; docs/add-a-model.md shows one.
public protocol ConfigurableFamily: SendableMetatype {
    /// As the configuration spells it, and the name of its folder below `models`.
    static var configuredName: String { get }
    /// All its names, where one implementation serves several networks; each has a folder of its own.
    static var configuredNames: [String] { get }
    /// Loads the network; may take some seconds.
    /// - Throws: `VisionError`.
    static func load(from folder: URL, inference: InferenceService) async throws -> any SegmentationFamily
}

extension ConfigurableFamily {
    public static var configuredNames: [String] { [configuredName] }
}

/// The families of networks that there are.
public struct ModelRegistry: Sendable {
    /// Those that come with the program.
    public static let standard = ModelRegistry([CompactFamily.self, PublishedFamily.self])

    private let families: [any ConfigurableFamily.Type]

    public init(_ families: [any ConfigurableFamily.Type]) { self.families = families }

    public var names: [String] { families.flatMap { $0.configuredNames } }

    /// Loads a family.
    /// - Parameter folder: Where its files lie; nil: where ``ModelLocator`` finds them.
    /// - Throws: `VisionError`, ``UnknownFamily``.
    public func load(
        _ name: String, from folder: URL? = nil, inference: InferenceService,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws -> any SegmentationFamily {
        guard let family = families.first(where: { $0.configuredNames.contains(name) }) else {
            throw UnknownFamily(name: name, known: names)
        }
        let folder = try folder ?? ModelLocator.directory(of: name, environment: environment)
        let loaded = try await family.load(from: folder, inference: inference)
        guard loaded.name == name else {
            throw VisionError.manifestInvalid(
                path: folder.appendingPathComponent(ModelFile.manifestName).path,
                reason: "it describes \"\(loaded.name)\", not \"\(name)\"; set model.family or model.directory to suit")
        }
        return loaded
    }

    /// As `model.prompts`: the network that follows answers clicks, too.
    public static let samePrompts = "same"

    /// Loads the family that follows, and the network that answers clicks where that is another one.
    /// - Parameters:
    ///   - prompts: `mobile_sam`, the name of a family, or ``samePrompts``.
    ///   - folder: where the files of the family that follows lie; nil: where ``ModelLocator`` finds them.
    ///   - onFailure: is told why clicks are answered by the family that follows after all, now or later.
    /// - Throws: `VisionError`, ``UnknownFamily``, when the family that follows can't be loaded.
    public func load(
        _ name: String, prompts: String, from folder: URL? = nil, inference: InferenceService,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        onFailure: @escaping @Sendable (any Error) -> Void
    ) async throws -> any SegmentationFamily {
        let follower = try await load(name, from: folder, inference: inference, environment: environment)
        guard prompts != Self.samePrompts, prompts != name else { return follower }
        do {
            let model: any PromptModel =
                if prompts == MobileSAM.configuredName {
                    MobileSAM(
                        directory: try ModelLocator.directory(of: prompts, environment: environment),
                        inference: inference)
                } else {
                    FamilyPrompts(try await load(prompts, inference: inference, environment: environment))
                }
            return HybridFamily(prompts: model, follower: follower, onFailure: onFailure)
        } catch {
            onFailure(error)
            return follower
        }
    }

    /// No family has this name.
    public struct UnknownFamily: Error, Hashable, CustomStringConvertible {
        public var name: String
        public var known: [String]

        public var description: String {
            "there is no model family \"\(name)\"; there are: \(known.joined(separator: ", "))"
        }
    }
}

/// Finds the folder with the bundled networks.
public enum ModelLocator {
    public static let environmentKey = "AISLEWATCH_MODELS"

    /// The folder of the named family, for instance `models/compact`: in `$AISLEWATCH_MODELS`; beside an installed
    /// executable in `../share/aislewatch/models`; or in the `models` folder of the checkout that the executable or the
    /// working directory lies in.
    /// - Throws: `VisionError.modelsNotFound` with all the places looked at.
    public static func directory(
        of family: String, environment: [String: String] = ProcessInfo.processInfo.environment,
        executable: URL? = Bundle.main.executableURL,
        workingDirectory: URL = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    ) throws -> URL {
        var places: [URL] = []
        if let set = environment[environmentKey], !set.isEmpty {
            places = [URL(fileURLWithPath: set)]
        } else {
            if let executable = executable?.resolvingSymlinksInPath() {
                let folder = executable.deletingLastPathComponent()
                places.append(folder.deletingLastPathComponent().appendingPathComponent("share/aislewatch/models"))
                places += parents(of: folder).map { $0.appendingPathComponent("models") }
            }
            places += parents(of: workingDirectory).map { $0.appendingPathComponent("models") }
        }
        for place in places {
            let folder = place.appendingPathComponent(family)
            if FileManager.default.fileExists(atPath: folder.appendingPathComponent("manifest.json").path) {
                return folder
            }
        }
        throw VisionError.modelsNotFound(searched: places.map { $0.appendingPathComponent(family).path })
    }

    /// The folder itself and the folders it lies in, up to the five that a build folder of a checkout is deep.
    private static func parents(of folder: URL) -> [URL] {
        var result = [folder.standardizedFileURL]
        while result.count < 6, let last = result.last, last.path != "/" {
            result.append(last.deletingLastPathComponent())
        }
        return result
    }
}

/// Reading a model's files, checked against what the manifest says about them.
enum ModelFile {
    static let manifestName = "manifest.json"

    /// A file that a manifest names.
    struct Entry: Decodable, Sendable {
        var file: String
        var bytes: Int
        var sha256: String

        /// The file's checked bytes.
        /// - Throws: `VisionError.manifestInvalid`, `modelMissing`, `modelUnreadable`, `modelTruncated`, `modelChanged`.
        func read(in directory: URL) throws -> [UInt8] {
            guard !file.contains("/"), file != "..", !file.isEmpty else {
                throw VisionError.manifestInvalid(
                    path: directory.appendingPathComponent(manifestName).path,
                    reason: "\"\(file)\" is not the name of a file")
            }
            return try ModelFile.read(
                directory.appendingPathComponent(file), expectedBytes: bytes, sha256: sha256)
        }
    }

    /// The manifest of a folder.
    /// - Throws: `VisionError.modelMissing`, `modelUnreadable` or `manifestInvalid`.
    static func manifest<Manifest: Decodable>(_: Manifest.Type, in directory: URL) throws -> Manifest {
        let file = directory.appendingPathComponent(manifestName)
        let bytes = try read(file)
        do {
            return try JSONDecoder().decode(Manifest.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw VisionError.manifestInvalid(path: file.path, reason: reason(error))
        } catch {
            throw VisionError.manifestInvalid(path: file.path, reason: error.localizedDescription)
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
        switch error {
        case .keyNotFound(let key, let context): return "\(place(context.codingPath + [key])) is missing"
        case .typeMismatch(let type, let context): return "\(place(context.codingPath)) is not of type \(type)"
        case .valueNotFound(_, let context): return "\(place(context.codingPath)) has no value"
        case .dataCorrupted: return "it is not JSON"
        @unknown default: return "it can't be decoded"
        }
    }

    /// - Throws: `VisionError.modelMissing` or `modelUnreadable`.
    static func read(_ file: URL) throws -> [UInt8] {
        guard FileManager.default.fileExists(atPath: file.path) else { throw VisionError.modelMissing(path: file.path) }
        do {
            return try [UInt8](Data(contentsOf: file))
        } catch {
            throw VisionError.modelUnreadable(path: file.path, reason: error.localizedDescription)
        }
    }

    /// - Throws: also `VisionError.modelTruncated` or `modelChanged`.
    static func read(_ file: URL, expectedBytes: Int, sha256: String) throws -> [UInt8] {
        let bytes = try read(file)
        guard bytes.count == expectedBytes else {
            throw VisionError.modelTruncated(path: file.path, expectedBytes: expectedBytes, foundBytes: bytes.count)
        }
        guard SHA256.hash(data: bytes).hexadecimal == sha256.lowercased() else {
            throw VisionError.modelChanged(path: file.path)
        }
        return bytes
    }
}
