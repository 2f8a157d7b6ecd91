import Camera
import Domain
import Foundation
import Logging
import ServiceLifecycle
import Settings
import Storage
import Synchronization
import TestSupport

@testable import App

/// A daemon with one camera in a folder of the test's own, as `aislewatch run` would start it.
final class DaemonSite: Sendable {
    let directory: TemporaryDirectory
    let environment: [String: String]
    /// The running daemon's cameras.
    private let fleet = Mutex<CameraFleet?>(nil)
    private let running = Mutex<(group: ServiceGroup, task: Task<Void, any Error>)?>(nil)

    static let sample = TestSite.root.appending(path: "samples/fall_box.mp4")

    /// The `aislewatch` that was built together with these tests.
    static var executable: URL {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }.map { URL(filePath: $0) }
        let beside = (bundle ?? Bundle.main.executableURL)?.deletingLastPathComponent().appending(path: "aislewatch")
        if let beside, FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
        return TestSite.root.appending(path: ".build/debug/aislewatch")
    }

    init(environment: [String: String] = [:]) throws {
        directory = try TemporaryDirectory()
        self.environment = environment
    }

    var clips: URL { directory.file("state").appending(path: "clips") }

    func store() throws -> Store {
        try Store(path: directory.file("state").appending(path: "aislewatch.sqlite").path, clock: SystemClock())
    }

    /// - Parameter yaml: `cameras`, `alerts` and so on; storage and web are the site's own.
    func configuration(_ yaml: String) throws -> AislewatchConfiguration {
        try AislewatchConfiguration.parse(text(yaml), file: "site.yaml", baseDirectory: directory.url)
    }

    /// The same as a file of its own.
    func configurationFile(_ yaml: String) throws -> URL {
        let file = directory.file("site.yaml")
        try Data(text(yaml).utf8).write(to: file)
        return file
    }

    private func text(_ yaml: String) -> String {
        """
        \(yaml)
        storage: {directory: \(directory.file("state").path)}
        web: {host: 127.0.0.1, port: \(Self.freePort())}
        site: {time_zone: Europe/Berlin}
        """
    }

    /// - Parameter file: Where the configuration lies, so that it can be changed over the API.
    func start(_ configuration: AislewatchConfiguration, file: URL? = nil) {
        let daemon = AislewatchDaemon(
            configuration: configuration, configurationFile: file, environment: environment,
            logger: Logger(label: "test"), onCameras: { [self] cameras in fleet.withLock { $0 = cameras } })
        let group = ServiceGroup(services: [DaemonService(daemon: daemon)], logger: Logger(label: "test"))
        let task = Task {
            do {
                try await group.run()
            } catch {
                // A test that waits for what the daemon does would otherwise never learn that there is none.
                print("the daemon ended: \(error)")
                throw error
            }
        }
        running.withLock { $0 = (group, task) }
    }

    /// Asks the daemon to stop, as the service manager's SIGTERM does, and waits until it has ended.
    func stop() async throws {
        guard let (group, task) = running.withLock({ $0.take() }) else { return }
        fleet.withLock { $0 = nil }
        await group.triggerGracefulShutdown()
        try await task.value
    }

    /// Waits until the daemon ends by itself.
    func ended() async throws {
        guard let (_, task) = running.withLock({ $0.take() }) else { return }
        try await task.value
    }

    /// The daemon's own group of services takes the shutdown over from the one that runs it.
    private struct DaemonService: Service {
        let daemon: AislewatchDaemon

        func run() async throws { try await daemon.run() }
    }

    /// Asks until `condition` gives something: real servers and processes have no clock to move.
    static func eventually<Value>(
        withinSeconds seconds: Double, _ what: String, _ condition: () async throws -> Value?
    ) async throws -> Value {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if let value = try await condition() { return value }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TimedOut(description: "not within \(seconds) s: \(what)")
    }

    /// Waits until the first camera's analysis knows its still scene, lets the camera go on, and waits for what comes of it.
    func eventually<Value>(
        playing camera: RTSPServer, _ what: String, _ condition: () async throws -> Value?
    ) async throws -> Value {
        _ = try await Self.eventually(withinSeconds: 300, "an analysis that knows the scene") { () -> Bool? in
            let analysed = fleet.withLock { $0 }?.members.first?.statistics?.analysedFrames ?? 0
            return analysed >= Self.framesToKnowTheScene ? true : nil
        }
        try camera.play()
        return try await Self.eventually(withinSeconds: 75, what, condition)
    }

    /// More than the motion detector's warm-up of 2 s at the sample's 15 frames a second.
    private static let framesToKnowTheScene = 60

    struct TimedOut: Error, CustomStringConvertible { let description: String }

    /// A port that was free a moment ago.
    private static func freePort() -> Int {
        guard let stub = try? HTTPStub() else { return 18_080 }
        defer { stub.stop() }
        return Int(stub.port)
    }
}

extension AislewatchConfiguration {
    /// Reads a text by what the program has.
    static func parse(
        _ text: String, file: String, environment: [String: String] = [:], baseDirectory: URL
    ) throws(ConfigurationErrors) -> AislewatchConfiguration {
        try parse(
            text, file: file, environment: environment, baseDirectory: baseDirectory, known: .program)
    }
}
