import Foundation

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
