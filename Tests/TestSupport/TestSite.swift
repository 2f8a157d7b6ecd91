public import Foundation

/// The checkout, as the tests see it.
public enum TestSite {
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The Python that has the tests' packages (`scripts/setup-test-python.sh`).
    public static let python = root.appending(path: ".venv-tests/bin/python").path

    public static func support(_ name: String) -> String { root.appending(path: "Tests/Support/\(name)").path }
}
