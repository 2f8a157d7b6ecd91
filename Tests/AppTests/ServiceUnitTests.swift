import Foundation
import TestSupport
import Testing

@Suite("The systemd unit")
struct ServiceUnitTests {
    private static let unit = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "systemd/aislewatch.service")
    private static let analyzer = "/usr/bin/systemd-analyze"

    /// The value of a key's only assignment.
    private func value(_ key: String, in text: String) -> String? {
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("\(key)=") }
        return lines.count == 1 ? lines.first.map { String($0.dropFirst(key.count + 1)) } : nil
    }

    @Test("is watched, comes back for ever, and lets OpenVINO compile")
    func settings() throws {
        let text = try String(contentsOf: Self.unit, encoding: .utf8)
        #expect(value("Type", in: text) == "notify" && value("Restart", in: text) == "always")
        #expect(value("StartLimitIntervalSec", in: text) == "0")
        #expect(value("WatchdogSec", in: text).flatMap(Double.init).map { $0 >= 10 } == true)
        #expect(value("TimeoutStopSec", in: text).flatMap(Double.init).map { $0 > 5 } == true)
        #expect(value("StateDirectory", in: text) == "aislewatch" && value("User", in: text) == "aislewatch")
        #expect(value("MemoryMax", in: text) != nil && value("MemoryDenyWriteExecute", in: text) == nil)
    }

    @Test(
        "passes systemd-analyze verify",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: analyzer),
            "systemd-analyze is missing: install the package systemd"))
    func verify() throws {
        let directory = try TemporaryDirectory()
        // The program need not be installed here: any executable stands for it.
        let text = try String(contentsOf: Self.unit, encoding: .utf8)
        let unit = directory.file("aislewatch.service")
        try text.replacing("/usr/bin/aislewatch ", with: "/bin/true ").write(
            to: unit, atomically: true, encoding: .utf8)
        let (status, output) = try analyze(["verify", "--man=no", unit.path])
        #expect(status == 0 && output.isEmpty, "\(output)")
        // The check itself must be able to fail.
        try text.replacing("Restart=always", with: "Restrat=always").write(to: unit, atomically: true, encoding: .utf8)
        #expect(try analyze(["verify", "--man=no", unit.path]).output.contains("Restrat"))
    }

    private func analyze(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: Self.analyzer)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
