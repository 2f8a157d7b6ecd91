import Foundation
import TestSupport
import Testing

@Suite(
    "The pages' words",
    .enabled(if: FileManager.default.fileExists(atPath: TestSite.python), "run scripts/setup-test-python.sh"))
struct WordsTests {
    @Test("each language has every text of the pages, and none in vain")
    func catalogues() async throws {
        let outcome = try await BrowserScript.run("words.py")
        #expect(outcome.status == 0, "\(outcome.output)")
    }
}
