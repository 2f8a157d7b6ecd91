import Domain
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite("Second factor", .mayWait)
struct SecondFactorTests {
    let folder: TemporaryDirectory
    let clock = ManualClock(date: Date(timeIntervalSince1970: 1_780_000_000))
    let store: Store
    var db: StoreAccess { store.unwatched }

    init() throws {
        folder = try TemporaryDirectory()
        store = try Store(path: folder.file("a.sqlite").path, clock: clock)
        let password = try PasswordHash("x", cost: .init(logRounds: 4, blockSize: 1, parallelism: 1))
        for name in ["anna", "berta"] { try db.addAccount(name, password: password, role: .viewer) }
    }

    /// RFC 6238, appendix B, whose codes have two more digits in front.
    @Test(
        "codes are those of the standard's examples",
        arguments: [
            (59.0, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
            (2_000_000_000, "279037"), (20_000_000_000, "353130"),
        ])
    func vectors(_ moment: Double, _ code: String) {
        let password = OneTimePassword(secret: Data("12345678901234567890".utf8))
        #expect(password.code(at: Date(timeIntervalSince1970: moment)) == code)
    }

    @Test("base32 is that of the standard's examples")
    func base32() {
        let examples = ["": "", "f": "MY", "fo": "MZXQ", "foo": "MZXW6", "foob": "MZXW6YQ", "fooba": "MZXW6YTB"]
        for (text, coded) in examples { #expect(Data(text.utf8).base32 == coded) }
        #expect(Data("foobar".utf8).base32 == "MZXW6YTBOI")
    }

    private func setUp(_ name: String) throws -> (OneTimePassword, [String]) {
        let password = try #require(try db.beginSecondFactor(of: name))
        let codes = try #require(
            try db.confirmSecondFactor(of: name, code: password.code(at: clock.now())))
        clock.advance(seconds: 60)
        return (password, codes)
    }

    @Test("it counts only once a code was shown, and then can't be made anew by who finds the page open")
    func setUp() throws {
        let first = try #require(try db.beginSecondFactor(of: "anna"))
        #expect(try db.secondFactor(of: "anna") == nil)
        #expect(try db.checkSecondFactor(of: "anna", code: first.code(at: clock.now())) == .notNeeded)
        let second = try #require(try db.beginSecondFactor(of: "anna"))
        #expect(try db.confirmSecondFactor(of: "anna", code: first.code(at: clock.now())) == nil)
        #expect(try db.confirmSecondFactor(of: "ANNA", code: second.code(at: clock.now()))?.count == 10)
        #expect(try db.secondFactor(of: "anna")?.recoveryCodes == 10)
        #expect(try db.account("anna")?.hasSecondFactor == true && db.account("berta")?.hasSecondFactor == false)
        #expect(try db.beginSecondFactor(of: "anna") == nil)
    }

    @Test("each code opens once, also the one before and the one after, and none of another time")
    func replay() throws {
        let (password, _) = try setUp("anna")
        func check(_ offset: Double) throws -> StoreAccess.CodeCheck {
            try db.checkSecondFactor(of: "anna", code: password.code(at: clock.now() + offset))
        }
        #expect(try check(60) == .wrong && check(-60) == .wrong)
        #expect(try check(-30) == .right)
        #expect(try check(-30) == .wrong, "replayed")
        #expect(try check(0) == .right)
        #expect(try check(-30) == .wrong, "older than the last one")
        #expect(try check(30) == .right)
        #expect(try check(0) == .wrong)
        for made in ["", "000000x", "12345", "１２３４５６"] {
            #expect(try db.checkSecondFactor(of: "anna", code: made) == .wrong)
        }
    }

    @Test("a recovery code opens once, however it is typed, and only its own account")
    func recovery() throws {
        let (_, codes) = try setUp("anna")
        _ = try setUp("berta")
        #expect(codes.allSatisfy { $0.wholeMatch(of: #/[A-Z2-7]{4}(-[A-Z2-7]{4}){3}/#) != nil })
        #expect(try db.checkSecondFactor(of: "berta", code: codes[0]) == .wrong)
        #expect(try db.checkSecondFactor(of: "anna", code: codes[0].lowercased()) == .recovered(left: 9))
        #expect(try db.checkSecondFactor(of: "anna", code: codes[0]) == .wrong)
        #expect(
            try db.checkSecondFactor(of: "anna", code: codes[1].replacingOccurrences(of: "-", with: " "))
                == .recovered(left: 8))
        let others = try #require(try db.renewRecoveryCodes(of: "anna"))
        #expect(try db.checkSecondFactor(of: "anna", code: codes[2]) == .wrong)
        #expect(try db.checkSecondFactor(of: "anna", code: others[0]) == .recovered(left: 9))
        #expect(try db.removeSecondFactor(of: "anna"))
        #expect(try db.checkSecondFactor(of: "anna", code: others[1]) == .notNeeded)
    }

    @Test("the database alone holds no secret, and without its key file recovery codes still open")
    func sealed() throws {
        let (password, codes) = try setUp("anna")
        let files = try ["a.sqlite", "a.sqlite-wal"].map { try Data(contentsOf: folder.file($0)) }
        for file in files {
            #expect(file.range(of: password.secret) == nil)
            #expect(file.range(of: Data(password.base32.utf8)) == nil)
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("a.sqlite.key").path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let elsewhere = folder.file("copy/a.sqlite")
        try FileManager.default.createDirectory(
            at: elsewhere.deletingLastPathComponent(), withIntermediateDirectories: true)
        try db.backUp(to: elsewhere)
        let copy = try Store(path: elsewhere.path, clock: clock).unwatched
        #expect(try copy.checkSecondFactor(of: "anna", code: password.code(at: clock.now())) == .wrong)
        #expect(try copy.checkSecondFactor(of: "anna", code: codes[0]) == .recovered(left: 9))
    }

    @Test("a removed account takes its second factor along")
    func removed() throws {
        _ = try setUp("anna")
        #expect(try db.removeAccount("anna"))
        let password = try PasswordHash("x", cost: .init(logRounds: 4, blockSize: 1, parallelism: 1))
        try db.addAccount("anna", password: password, role: .viewer)
        #expect(try db.secondFactor(of: "anna") == nil)
    }

    @Test("sessions are listed with where they were begun, and ended one by one or all others at once")
    func sessions() throws {
        let end = clock.now() + 10_000
        let first = try db.openSession("anna", expiresAt: end, address: "192.0.2.7", browser: "Firefox, Linux")
        clock.advance(seconds: 10)
        let second = try db.openSession("anna", expiresAt: end)
        let other = try db.openSession("berta", expiresAt: end)
        let all = try db.sessions(of: "Anna", idleSeconds: 3600)
        #expect(all.map(\.id) == [StoreAccess.sessionID(of: second), StoreAccess.sessionID(of: first)])
        #expect(all.last?.address == "192.0.2.7" && all.last?.browser == "Firefox, Linux")
        #expect(try !db.closeSession(id: StoreAccess.sessionID(of: other), of: "anna"))
        #expect(try db.closeSession(id: StoreAccess.sessionID(of: first), of: "anna"))
        #expect(try db.session(first, idleSeconds: 3600) == nil)
        #expect(try db.closeSessions(of: "anna", keeping: second) == 0)
        _ = try db.openSession("anna", expiresAt: end)
        #expect(try db.closeSessions(of: "anna", keeping: second) == 1)
        #expect(try db.session(second, idleSeconds: 3600) != nil && db.session(other, idleSeconds: 3600) != nil)
        clock.advance(seconds: 3700)
        #expect(try db.sessions(of: "anna", idleSeconds: 3600).isEmpty)
    }
}
