import Foundation
import TestSupport
import Testing

/// The pages, in Debian's Chromium: their pure parts, and all of them against a real daemon with a looping camera. Where
/// there is no browser these are skipped, and say what is missing.
@Suite("Pages in a browser", .serialized, .enabled(if: BrowserScript.missing == nil, "\(BrowserScript.missing ?? "")"))
struct BrowserTests {
    @Test("masks, media time, zones and diffs are worked out right", .timeLimit(.minutes(20)))
    func logic() async throws {
        let outcome = try await BrowserScript.run("browser_logic.py")
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    @Test(
        "an account is made, a click follows, an incident comes and plays, a zone is saved, a restart keeps it all",
        .timeLimit(.minutes(20)))
    func pages() async throws {
        try await drive("browser_pages.py")
    }

    @Test("from a machine without a file to an incident that is reviewed on a telephone", .timeLimit(.minutes(20)))
    func first() async throws {
        try await drive("browser_first.py")
    }

    @Test(
        "ten cameras fit the wall, an incident comes to the front, what keeps people from being told is said everywhere",
        .timeLimit(.minutes(20)))
    func duty() async throws {
        try await drive("browser_duty.py")
    }

    @Test("incidents are reviewed one after the other, many at once, by key and by swipe", .timeLimit(.minutes(20)))
    func review() async throws {
        try await drive("browser_review.py")
    }

    @Test(
        "from the alert's link to \"cleared\": what several people do is seen by all at once", .timeLimit(.minutes(20)))
    func solving() async throws {
        try await drive("browser_solving.py")
    }

    @Test("clips of an H.265 camera play in a browser that can't play H.265", .timeLimit(.minutes(20)))
    func h265() async throws {
        try await drive("browser_h265.py")
    }

    @Test("no text is left out of the catalogues, and every page is there in German", .timeLimit(.minutes(20)))
    func words() async throws {
        try await drive("browser_words.py")
    }

    @Test("lines, dwell times and the rest of the set-up are made without touching the file", .timeLimit(.minutes(20)))
    func setup() async throws {
        try await drive("browser_setup.py")
    }

    @Test("a second factor, other sessions, and accounts that see one camera", .timeLimit(.minutes(20)))
    func account() async throws {
        try await drive("browser_account.py")
    }

    @Test("a second factor that is demanded, and signing in at an identity provider", .timeLimit(.minutes(20)))
    func access() async throws {
        try await drive("browser_access.py")
    }

    @Test(
        "objects that nobody clicks are found by words and by looking everywhere, and followed once picked",
        .timeLimit(.minutes(20)))
    func find() async throws {
        try await drive("browser_find.py")
    }

    private func drive(_ script: String) async throws {
        let outcome = try await BrowserScript.run(
            script,
            ["--daemon", DaemonSite.executable.path, "--shots", TestSite.root.appending(path: ".build/pages").path])
        #expect(outcome.status == 0, "\(outcome.output)")
    }
}
