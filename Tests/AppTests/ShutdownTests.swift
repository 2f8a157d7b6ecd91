import Domain
import Foundation
import Glibc
import Storage
import TestSupport
import Testing

@testable import App

/// The program as the service manager ends it: a process that gets SIGTERM.
@Suite("The end of the daemon", .serialized, .timeLimit(.minutes(10)))
struct ShutdownTests {
    private func start(_ arguments: [String], output: FileHandle = .nullDevice) throws -> Process {
        let process = Process()
        process.executableURL = DaemonSite.executable
        process.arguments = arguments
        process.currentDirectoryURL = TestSite.root
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
            try store.unwatched.unfinishedClips().first
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
        defer { withExtendedLifetime((site, lock)) {} }
        try await lock.wait(for: "locked")
        let (status, seconds) = await end(daemon)
        #expect(status == 0 && daemon.terminationReason == .exit)
        #expect(seconds < 5)
    }

    /// Whether the process has something to do at SIGTERM by now.
    private func takesSIGTERM(_ process: Process) -> Bool {
        let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let mask = status?.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last
        return mask.flatMap { UInt64($0, radix: 16) }.map { $0 & (1 << UInt64(SIGTERM - 1)) != 0 } ?? false
    }

    @Test("is reached with status 0 while the program still starts, and as soon as it has made its database")
    func whileStarting() async throws {
        for waitsForDatabase in [false, true] {
            let site = try DaemonSite()
            defer { withExtendedLifetime(site) {} }
            let file = try site.configurationFile(#"cameras: [{id: dock, url: "rtsp://127.0.0.1:1/x"}]"#)
            let database = site.directory.file("state").appending(path: "aislewatch.sqlite")
            let daemon = try start(["run", "--config", file.path])
            _ = try await DaemonSite.eventually(withinSeconds: 120, "a program that takes signals") { () -> Bool? in
                guard takesSIGTERM(daemon) else { return nil }
                return !waitsForDatabase || FileManager.default.fileExists(atPath: database.path) ? true : nil
            }
            let (status, seconds) = await end(daemon)
            #expect(status == 0 && daemon.terminationReason == .exit && seconds < 5)
        }
    }
}
