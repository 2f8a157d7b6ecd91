import Foundation
import TestSupport
import Testing

@testable import App

/// How the program ends: the service manager sends SIGTERM at any moment, mostly while the network computes.
@Suite("Ends of the program", .serialized)
struct TerminationTests {
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
            let program = try DaemonProcess(file)
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
