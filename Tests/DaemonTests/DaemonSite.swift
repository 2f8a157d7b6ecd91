import Domain
import Foundation
import Logging
import Settings
import Storage
import Synchronization
import TestSupport

@testable import Daemon

/// A daemon with one camera in a folder of the test's own, as `aislewatch run` would start it.
final class DaemonSite: Sendable {
    let directory: TemporaryDirectory
    let environment: [String: String]
    private let port = Mutex<Int?>(nil)
    private let task = Mutex<Task<Void, any Error>?>(nil)

    /// The checkout.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let sample = root.appending(path: "samples/fall_box.mp4")

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
        let text = """
            \(yaml)
            storage: {directory: \(directory.file("state").path)}
            web: {host: 127.0.0.1, port: \(Self.freePort())}
            site: {time_zone: Europe/Berlin}
            """
        return try AislewatchConfiguration.parse(text, file: "site.yaml", baseDirectory: directory.url)
    }

    func start(_ configuration: AislewatchConfiguration) {
        let daemon = AislewatchDaemon(
            configuration: configuration, environment: environment, logger: Logger(label: "test"),
            onListening: { [weak self] port in self?.port.withLock { $0 = port } })
        task.withLock { $0 = Task { try await daemon.run() } }
    }

    /// Cancels the daemon's task, as a service manager's SIGTERM does, and waits until it has ended.
    func stop() async throws {
        guard let running = task.withLock({ $0.take() }) else { return }
        running.cancel()
        do {
            try await running.value
        } catch is CancellationError {
        }
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

    struct TimedOut: Error, CustomStringConvertible { let description: String }

    /// A port that was free a moment ago.
    private static func freePort() -> Int {
        guard let stub = try? HTTPStub() else { return 18_080 }
        defer { stub.stop() }
        return Int(stub.port)
    }
}
