import Domain
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite("Links")
struct LinkTests {
    let test: TestStore
    let incident = Samples.incident()
    var expiry: Date { test.clock.now() + 3600 }

    init() throws { test = try TestStore() }

    @Test("a token opens its incident until it expires")
    func expires() throws {
        try test.store.unwatched.commit(.new(incident))
        let token = try test.store.unwatched.newLink(incident.id, expiresAt: expiry)
        #expect(try test.store.unwatched.incident(token: token) == incident)
        test.clock.advance(seconds: 3599)
        #expect(try test.store.unwatched.incident(token: token) == incident)
        test.clock.advance(seconds: 1)
        #expect(try test.store.unwatched.incident(token: token) == nil)
    }

    @Test("opening a link changes nothing: messengers fetch it before people do")
    func prefetchIsSafe() throws {
        let link = try test.store.unwatched.makeLink(expiresAt: expiry)
        try test.store.unwatched.commit(.new(incident), link: link) { _ in [Samples.alert(text: "see \(link.token)")] }
        let before = try test.store.unwatched.pendingHeads()
        let written = try test.bytesOnDisk()
        for _ in 0..<5 { #expect(try test.store.unwatched.incident(token: link.token) == incident) }
        #expect(try test.bytesOnDisk() == written)
        #expect(try test.store.unwatched.pendingHeads() == before)
    }

    @Test("a token has 192 bits in characters that a path can hold, and none is like another")
    func form() throws {
        let tokens = try (0..<200).map { _ in try test.store.unwatched.makeLink(expiresAt: expiry).token }
        #expect(Set(tokens).count == 200)
        #expect(
            tokens.allSatisfy { token in
                token.utf8.count == 32
                    && token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
            })
    }

    @Test(
        "a token that nobody made opens nothing", arguments: ["", "x", String(repeating: "A", count: 32), "' or 1=1"])
    func unknown(_ token: String) throws {
        try test.store.unwatched.commit(.new(incident))
        _ = try test.store.unwatched.newLink(incident.id, expiresAt: expiry)
        #expect(try test.store.unwatched.incident(token: token) == nil)
    }

    @Test("no token is in the database's files, not even of a message that waits")
    func hashed() throws {
        let link = try test.store.unwatched.makeLink(expiresAt: expiry)
        try test.store.unwatched.commit(.new(incident), link: link) { _ in
            [Samples.alert(text: "marker-of-the-text https://a.example/i/\(link.token)")]
        }
        let other = try test.store.unwatched.newLink(incident.id, expiresAt: expiry)
        let bytes = try test.bytesOnDisk()
        #expect(bytes.range(of: Data("marker-of-the-text".utf8)) != nil)
        #expect(bytes.range(of: Data(link.token.utf8)) == nil)
        #expect(bytes.range(of: Data(other.utf8)) == nil)
        #expect(!"\(link)".contains(link.token))
    }

    @Test("the key beside the database is the owner's alone")
    func keyFile() throws {
        _ = try test.store.unwatched.makeLink(expiresAt: expiry)
        let attributes = try FileManager.default.attributesOfItem(atPath: test.path + ".key")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        #expect((attributes[.size] as? NSNumber)?.intValue == 32)
    }

    @Test("a link whose token no message carries is not stored")
    func onlyWhenCarried() throws {
        let link = try test.store.unwatched.makeLink(expiresAt: expiry)
        try test.store.unwatched.commit(.new(incident), link: link) { _ in [] }
        #expect(try test.store.unwatched.incident(token: link.token) == nil)
        try test.store.unwatched.commit(.update(incident), link: link) { _ in [Samples.alert(text: "no link")] }
        #expect(try test.store.unwatched.incident(token: link.token) == nil)
    }

    @Test("after a restart a waiting message has the same link, and it opens")
    func survivesRestart() throws {
        let link = try test.store.unwatched.makeLink(expiresAt: expiry)
        try test.store.unwatched.commit(.new(incident), link: link) { _ in [Samples.alert(text: "see /i/\(link.token)")]
        }
        let again = try TestStore(folder: test.folder, clock: test.clock)
        #expect(try again.store.unwatched.pendingHeads().map(\.alert.text) == ["see /i/\(link.token)"])
        #expect(try again.store.unwatched.incident(token: link.token) == incident)
    }

    @Test("when the key is lost, links that went out still open and waiting messages get a new one")
    func lostKey() throws {
        let link = try test.store.unwatched.makeLink(expiresAt: expiry)
        try test.store.unwatched.commit(.new(incident), link: link) { _ in [Samples.alert(text: "see /i/\(link.token)")]
        }
        try FileManager.default.removeItem(atPath: test.path + ".key")
        let again = try TestStore(folder: test.folder, clock: test.clock)
        let text = try #require(try again.store.unwatched.pendingHeads().first?.alert.text)
        let token = String(text.dropFirst("see /i/".count))
        #expect(token != link.token)
        #expect(try again.store.unwatched.incident(token: token) == incident)
        #expect(try again.store.unwatched.incident(token: link.token) == incident)
        #expect(try again.store.unwatched.pendingHeads().first?.alert.text == text)
    }

    @Test("a key file of the wrong size is an error that says so")
    func brokenKey() throws {
        try Data("short".utf8).write(to: URL(filePath: test.path + ".key"))
        #expect { _ = try test.store.unwatched.makeLink(expiresAt: expiry) } throws: { error in
            "\(error)".contains("must hold 32 bytes")
        }
    }
}
