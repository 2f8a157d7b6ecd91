public import Foundation

/// A family of networks that `model.family` can name. A conforming type and its line in ``ModelRegistry/standard`` are all
/// that a new family needs; docs/add-a-model.md shows one.
public protocol ConfigurableFamily: SendableMetatype {
    /// As the configuration spells it, and the name of its folder below `models`.
    static var configuredName: String { get }
    /// Loads the network; may take some seconds.
    /// - Throws: `VisionError`.
    static func load(from folder: URL, inference: InferenceService) async throws -> any SegmentationFamily
}

/// The families of networks that there are.
public struct ModelRegistry: Sendable {
    /// Those that come with the program.
    public static let standard = ModelRegistry([CompactFamily.self])

    private let families: [any ConfigurableFamily.Type]

    public init(_ families: [any ConfigurableFamily.Type]) { self.families = families }

    public var names: [String] { families.map { $0.configuredName } }

    /// Loads a family.
    /// - Parameter folder: Where its files lie; nil: where ``ModelLocator`` finds them.
    /// - Throws: `VisionError`, ``UnknownFamily``.
    public func load(
        _ name: String, from folder: URL? = nil, inference: InferenceService,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws -> any SegmentationFamily {
        guard let family = families.first(where: { $0.configuredName == name }) else {
            throw UnknownFamily(name: name, known: names)
        }
        let folder = try folder ?? ModelLocator.directory(of: name, environment: environment)
        return try await family.load(from: folder, inference: inference)
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

extension CompactFamily: ConfigurableFamily {
    public static var configuredName: String { CompactManifest.name }

    public static func load(from folder: URL, inference: InferenceService) async throws -> any SegmentationFamily {
        try await CompactFamily(directory: folder, inference: inference)
    }
}
