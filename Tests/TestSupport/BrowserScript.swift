import Foundation

/// A Python script of `Tests/Support`, most of which drive Debian's Chromium.
public enum BrowserScript {
    public struct Outcome: Sendable {
        public var status: Int32
        /// Standard output and standard error together.
        public var output: String
    }

    /// What is needed, and what installs it.
    private static let needed = [
        ("/usr/bin/chromium", "the Debian package chromium"),
        ("/usr/bin/chromedriver", "the Debian package chromium-driver"),
        (TestSite.python, "scripts/setup-test-python.sh"),
    ]

    /// For the note beside a skipped test; nil when all is there.
    public static var missing: String? {
        let gone = needed.filter { !FileManager.default.fileExists(atPath: $0.0) }
        return gone.isEmpty ? nil : gone.map { "\($0.0) is missing: install it by \($0.1)" }.joined(separator: "; ")
    }

    /// Runs it to its end. Its output goes through a file: a pipe that nobody reads would hold it up.
    public static func run(_ script: String, _ arguments: [String] = []) async throws -> Outcome {
        let file = FileManager.default.temporaryDirectory.appending(path: "aislewatch-browser-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: TestSite.python)
        process.arguments = [TestSite.support(script)] + arguments
        let output = try FileHandle(forWritingTo: file)
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        try output.close()
        return Outcome(status: status, output: (try? String(contentsOf: file, encoding: .utf8)) ?? "")
    }
}
