import Domain
import Foundation
import Glibc
import Storage
import TestSupport
import Testing

@testable import Recording

/// A process of its own records and announces incidents, and is killed at random moments, again and again.
@Suite("SIGKILL at random moments", .serialized, .mayWait)
struct KillTests {
    /// `make soak` sets how often.
    private static let rounds = ProcessInfo.processInfo.environment["AISLEWATCH_KILLS"].flatMap(Int.init) ?? 8

    /// The worker lies beside the tests.
    private static let worker: URL = {
        let own = URL(filePath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "")
        let tests = CommandLine.arguments.lazy.filter { $0.hasSuffix(".xctest") || $0.contains(".xctest/") }.first
        let candidates = [tests.map { URL(filePath: $0) }, own].compactMap { $0?.deletingLastPathComponent() }
            .map { $0.appending(path: "KillWorker") }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }
            ?? root.appending(path: ".build/debug/KillWorker")
    }()

    private func launch(_ arguments: [String], output: Any = FileHandle.nullDevice) throws -> Process {
        let process = Process()
        process.executableURL = Self.worker
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        return process
    }

    /// Kills a worker once it has come so far, and a moment later; with `pictures` 0 that moment lies in its start.
    private func killOne(_ arguments: [String], pictures: Int, thenMicroseconds: UInt32) throws {
        let output = Pipe()
        let process = try launch(arguments, output: output)
        var seen = 0
        while seen < pictures {
            guard let dots = try output.fileHandleForReading.read(upToCount: 1) else {
                Issue.record("the worker ended by itself after \(seen) pictures")
                break
            }
            seen += dots.count
        }
        usleep(thenMicroseconds)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    @Test(
        "Nothing wrong afterwards: every announced incident has a clip that plays, no message is missing, repeats carry one key"
    )
    func killed() async throws {
        let folder = try TemporaryDirectory()
        let video = try TestVideo.make(folder.file("a.mp4"), size: "160x120", seconds: 30)
        // Some messages are taken and the answer lost, as a provider's time-out would.
        let receiver = try HTTPStub { _, number in number % 7 == 3 ? .close : .respond(200) }
        defer { receiver.stop() }
        let state = folder.file("state")
        let arguments = [state.path, video.path, receiver.baseURL]
        var generator = SeededGenerator(seed: 5)
        // Moments are counted in pictures, so that a slow machine comes as far as a fast one.
        for round in 0..<Self.rounds {
            let isStart = round % 8 == 7
            try killOne(
                arguments, pictures: isStart ? 0 : Int.random(in: 1...290, using: &generator),
                thenMicroseconds: UInt32.random(in: 0...(isStart ? 1_000_000 : 30_000), using: &generator))
        }
        let last = try launch(arguments + ["--finish"])
        last.waitUntilExit()
        #expect(last.terminationStatus == 0)

        let store = try Store(path: state.appending(path: "a.sqlite").path, clock: SystemClock())
        let folders = ClipFolders(root: state.appending(path: "clips"))
        let report = try ClipChecker(folders: folders, store: store, isRecording: false).check()
        #expect(report.findings.filter { $0.kind != .leftover }.isEmpty)
        let incidents = try store.unwatched.incidents(IncidentFilter(limit: nil))
        var keys: [String: Set<String>] = [:]
        for request in receiver.requests {
            let body = try JSONDecoder().decode(Announced.self, from: Data(request.body.utf8))
            keys[body.incident.id, default: []].insert(request.headers["idempotency-key"] ?? "")
        }
        #expect(keys.values.allSatisfy { $0.count == 1 })
        #expect(Set(keys.keys) == Set(incidents.map(\.id.rawValue)))
        var seconds = 0.0
        for incident in incidents {
            let clips = try store.unwatched.clips(of: incident.id)
            #expect(!clips.isEmpty, "incident \(incident.id) has no clip")
            for clip in clips {
                seconds += clip.durationSeconds
                let file = try #require(folders.files.url(clip.path))
                #expect(clip.state == .finished)
                #expect(try TestVideo.complaints(decoding: file) == "")
                // The pre-roll was there before the incident was announced; at most a second may be missing.
                #expect(clip.preRollSeconds >= 1.9 && clip.durationSeconds >= clip.preRollSeconds - 1)
            }
        }
        print(
            "\(Self.rounds) kills: \(incidents.count) incidents, \(receiver.requests.count) requests, \(report.clips) clips"
        )
        // Five of six of those moments lie behind the first incident.
        #expect(incidents.count >= Self.rounds / 2)
    }

    private struct Announced: Decodable {
        struct Incident: Decodable { var id: String }
        var incident: Incident
    }
}
