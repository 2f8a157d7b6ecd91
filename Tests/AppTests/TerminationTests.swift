import Foundation
import Synchronization
import TestSupport
import Testing

@testable import App

/// How the program ends: the service manager sends SIGTERM at any moment, mostly while the network computes.
@Suite("Ends of the program", .serialized)
struct TerminationTests {
    /// `aislewatch run` as a process of its own.
    private final class Program: Sendable {
        private let process: Process
        private let output = Mutex(Data())
        private let (chunks, chunk) = AsyncStream<Void>.makeStream()
        private let (ended, end) = AsyncStream<Void>.makeStream()

        init(_ file: URL) throws {
            process = Process()
            process.executableURL = DaemonSite.executable
            process.arguments = ["run", "--config", file.path]
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = pipe
            process.terminationHandler = { [end] _ in end.finish() }
            pipe.fileHandleForReading.readabilityHandler = { [weak self, chunk] handle in
                let data = handle.availableData
                if data.isEmpty { handle.readabilityHandler = nil }
                self?.output.withLock { $0 += data }
                if data.isEmpty { chunk.finish() } else { chunk.yield() }
            }
            try process.run()
        }

        deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

        var text: String { output.withLock { String(decoding: $0, as: UTF8.self) } }

        /// Returns when it has printed `part`, or has ended.
        func wait(for part: String) async {
            if text.contains(part) { return }
            for await _ in chunks where text.contains(part) { return }
        }

        /// - Returns: how long it took from the signal to the end, in seconds.
        func terminate() async -> Double {
            let began = ContinuousClock.now
            process.terminate()
            for await _ in ended {}
            return (ContinuousClock.now - began) / .seconds(1)
        }

        /// The exit status; negative the number of the signal that ended it.
        var status: Int32 {
            process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        }
    }

    @Test(
        "SIGTERM ends the program within five seconds and with status 0, at whatever moment of its work",
        .enabled(if: FileManager.default.isExecutableFile(atPath: DaemonSite.executable.path)))
    func ends() async throws {
        let names = ["a", "b", "c", "d"]
        let server = try RTSPServer(streams: Dictionary(uniqueKeysWithValues: names.map { ($0, DaemonSite.sample) }))
        defer { server.stop() }
        let isSoak = ProcessInfo.processInfo.environment["AISLEWATCH_SOAK"] != nil
        let site = try DaemonSite()
        let cameras = names.map { "  - {id: cam-\($0), url: \"\(server.url($0))\"}" }.joined(separator: "\n")
        let file = try site.configurationFile("cameras:\n\(cameras)\nanalysis: {fps: 15}")
        var generator = SeededGenerator(seed: 50)
        let enough = ContinuousClock.now + .seconds(25)
        var ends = 0
        while ends < 2 || (isSoak ? ends < 50 : ContinuousClock.now < enough) {
            let program = try Program(file)
            await program.wait(for: "watching 4 cameras")
            // The cameras need two seconds to know their scene; from then on the network is at work all the time.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<8000, using: &generator)))
            let seconds = await program.terminate()
            #expect(program.status == 0, "\(program.text.suffix(2000))")
            #expect(seconds < 5)
            ends += 1
        }
    }
}
