import Foundation
import TestSupport
import Testing

@Suite("The API against its description", .timeLimit(.minutes(20)))
struct FuzzTests {
    private static let tool = TestSite.root.appending(path: ".venv-tests/bin/schemathesis")

    @Test(
        "requests of all kinds, made from the description, get only answers that it describes",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: tool.path),
            ".venv-tests/bin/schemathesis is missing: install it by scripts/setup-test-python.sh"))
    func fuzz() async throws {
        let outcome = try await BrowserScript.run(
            "fuzz_api.py", [DaemonSite.executable.path, DaemonSite.sample.path, "25"])
        #expect(outcome.status == 0, "\(outcome.output.suffix(6000))")
    }
}
