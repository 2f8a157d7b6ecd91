import Foundation

/// A Python script of `Tests/Support` that drives Debian's Chromium.
public enum BrowserRun {
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

    /// Runs it to its end.
    public static func run(_ script: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: TestSite.python)
        process.arguments = [TestSite.support(script)] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
