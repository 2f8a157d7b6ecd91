import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import App

/// The program as the service manager ends it: a process that gets SIGTERM.
@Suite("The end of the daemon", .serialized, .timeLimit(.minutes(10)))
struct ShutdownTests {
    private func start(_ arguments: [String], output: FileHandle = .nullDevice) throws -> Process {
        let process = Process()
        process.executableURL = BrowserScript.executable
        process.arguments = arguments
        process.currentDirectoryURL = DaemonSite.root
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return process
    }

    /// Ends it, and waits.
    /// - Returns: Its status (a signal's number when one killed it), and how long it took.
    private func end(_ process: Process) async -> (status: Int32, seconds: Double) {
        let began = ContinuousClock.now
        process.terminate()
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                process.waitUntilExit()
                continuation.resume()
            }
        }
        let took = ContinuousClock.now - began
        return (process.terminationStatus, took / .seconds(1))
    }

    @Test("is reached within five seconds, with status 0, though the database hangs while a clip is open")
    func hangingDatabase() async throws {
        let camera = try RTSPServer(streams: ["cam": DaemonSite.sample])
        defer { camera.stop() }
        let site = try DaemonSite()
        let file = try site.configurationFile(
            """
            cameras: [{id: dock, url: "\(camera.url("cam"))"}]
            recording: {pre_roll_seconds: 2, post_roll_seconds: 60, max_clip_seconds: 120}
            """)
        let daemon = try start(["run", "--config", file.path])
        let store = try await DaemonSite.eventually(withinSeconds: 300, "a database") { try? site.store() }
        let drill = try start(["drill", "dock", "--timeout", "300", "--config", file.path])
        _ = try await DaemonSite.eventually(withinSeconds: 300, "a clip that is being written") {
            try store.unfinishedClips().first
        }
        drill.terminate()
        let lock = try ServerProcess([
            "/usr/bin/python3", "-c",
            """
            import sqlite3, sys
            database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
            database.execute("BEGIN EXCLUSIVE")
            print("locked", flush=True)
            sys.stdin.read()
            """, store.path,
        ])
        try await lock.wait(for: "locked")
        let (status, seconds) = await end(daemon)
        #expect(status == 0 && daemon.terminationReason == .exit)
        #expect(seconds < 5)
    }

    @Test("is reached with status 0 at any moment of the start")
    func whileStarting() async throws {
        let site = try DaemonSite()
        let file = try site.configurationFile(#"cameras: [{id: dock, url: "rtsp://127.0.0.1:1/x"}]"#)
        for milliseconds in [150, 400, 800, 1600] {
            let daemon = try start(["run", "--config", file.path])
            // The moment is the test's subject.
            try await Task.sleep(for: .milliseconds(milliseconds))
            let (status, seconds) = await end(daemon)
            #expect(seconds < 5)
            // Before the program's first line nothing can take the signal.
            #expect(status == 0 || milliseconds < 400 && status == SIGTERM, "after \(milliseconds) ms: \(status)")
        }
    }
}
