import App
import ArgumentParser
import Domain
import Foundation
import Settings
import Storage

/// `--config`, for commands that read what the daemon writes.
struct ConfigurationOption: ParsableArguments {
    @Option(
        help: """
            The daemon's configuration: where the database and the clips lie. Default: the file that `run` would use, or \
            the default places where there is none.
            """,
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    /// The file's settings, else those of the file that `run` would use, else the defaults.
    func load() throws -> AislewatchConfiguration {
        let place = ConfigurationPlace(environment: ProcessInfo.processInfo.environment)
        return try Self.load(config ?? (place.isThere ? place.file.path : nil))
    }

    /// Reads a file and reports its mistakes one a line.
    static func load(_ path: String?) throws -> AislewatchConfiguration {
        let environment = ProcessInfo.processInfo.environment
        guard let path else { return AislewatchConfiguration(environment: environment) }
        do {
            return try AislewatchConfiguration.load(path: path, environment: environment)
        } catch {
            for problem in error.problems { StandardError.write("error: \(problem)") }
            throw CommandFailure()
        }
    }

    /// The camera, zone and kind that an option names; what can't be meant is refused. Without --config no camera is known, and
    /// names of any are taken.
    static func camera(_ id: String?, in configuration: AislewatchConfiguration) throws -> CameraID? {
        guard let id else { return nil }
        guard let camera = CameraID(rawValue: id) else { throw ValidationError("\"\(id)\" is no camera id") }
        let known = configuration.cameras.map(\.id)
        guard known.isEmpty || known.contains(camera) else {
            throw CommandFailure(
                "there is no camera \(id) in the configuration; cameras: \(known.map(\.rawValue).joined(separator: ", "))"
            )
        }
        return camera
    }

    static func zone(
        _ name: String?, of camera: CameraID?, in configuration: AislewatchConfiguration
    ) throws -> String? {
        guard let name, !configuration.cameras.isEmpty else { return name }
        let cameras = configuration.cameras.filter { camera == nil || $0.id == camera }
        let known = Set(cameras.flatMap(\.zones).map(\.name)).sorted()
        guard known.contains(name) else {
            let place = camera.map { "camera \($0)" } ?? "any camera"
            throw CommandFailure(
                "there is no zone \"\(name)\" of \(place) in the configuration; zones: "
                    + (known.isEmpty ? "none" : known.joined(separator: ", ")))
        }
        return name
    }

    static func kind(_ name: String?) throws -> IncidentKind? {
        guard let name else { return nil }
        guard let kind = IncidentKind(rawValue: name) else {
            let known = IncidentKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no kind \"\(name)\"; kinds: \(known)")
        }
        return kind
    }

    /// The database, which must exist.
    func openStore(_ configuration: AislewatchConfiguration) throws -> Store {
        do {
            return try Store(
                path: configuration.storage.database.path, clock: SystemClock(), createIfMissing: false)
        } catch let error as StorageError {
            throw CommandFailure("\(error)")
        }
    }
}
