import Foundation

/// A Python script of `Tests/Support` that drives a browser.
enum BrowserScript {
    struct Outcome {
        var status: Int32
        var output: String
    }

    private static let python = DaemonSite.root.appending(path: ".venv-tests/bin/python")
    /// What is needed, and what installs it.
    private static let needed = [
        ("/usr/bin/chromium", "the Debian package chromium"),
        ("/usr/bin/chromedriver", "the Debian package chromium-driver"),
        (python.path, "scripts/setup-test-python.sh"),
    ]

    static var isThere: Bool { needed.allSatisfy { FileManager.default.fileExists(atPath: $0.0) } }

    /// For the note beside a skipped test.
    static var missing: String {
        needed.filter { !FileManager.default.fileExists(atPath: $0.0) }
            .map { "\($0.0) is missing: install it by \($0.1)" }.joined(separator: "; ")
    }

    /// The `aislewatch` that was built together with these tests.
    static var executable: URL {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }.map { URL(filePath: $0) }
        let beside = (bundle ?? Bundle.main.executableURL)?.deletingLastPathComponent().appending(path: "aislewatch")
        if let beside, FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
        return DaemonSite.root.appending(path: ".build/debug/aislewatch")
    }

    /// Runs it to its end. Its output goes through a file: a pipe that nobody reads would hold it up.
    static func run(_ script: String, _ arguments: String...) async throws -> Outcome {
        let file = FileManager.default.temporaryDirectory.appending(path: "aislewatch-browser-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = python
        process.arguments = [DaemonSite.root.appending(path: "Tests/Support/\(script)").path] + arguments
        let output = try FileHandle(forWritingTo: file)
        process.standardOutput = output
        process.standardError = output
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        try output.close()
        return Outcome(status: status, output: (try? String(contentsOf: file, encoding: .utf8)) ?? "")
    }
}
