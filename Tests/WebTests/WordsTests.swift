import Domain
import Foundation
import TestSupport
import Testing

@testable import Web

@Suite(
    "The pages' words",
    .enabled(if: FileManager.default.fileExists(atPath: TestSite.python), "run scripts/setup-test-python.sh"))
struct WordsTests {
    @Test("each language has every text of the pages, and none in vain")
    func catalogues() async throws {
        let outcome = try await BrowserScript.run("words.py")
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    @Test(
        "kinds of incident are called the same on the pages and behind an alert's link",
        arguments: IncidentKind.allCases)
    func kinds(_ kind: IncidentKind) throws {
        let file = try Data(contentsOf: APISite.assets.appending(path: "words/de.json"))
        let catalogue = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
        #expect(catalogue[PageWords.english.kind(kind)] as? String == PageWords.german.kind(kind))
    }
}
