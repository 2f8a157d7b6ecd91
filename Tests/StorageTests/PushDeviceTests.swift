import Domain
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite("Devices and limited tokens", .mayWait)
struct PushDeviceTests {
    private let site: TestStore
    private var db: StoreAccess { site.store.unwatched }

    init() throws {
        site = try TestStore()
        let password = try PasswordHash("x", cost: PasswordHash.Cost(logRounds: 4, blockSize: 1, parallelism: 1))
        try db.addAccount("Anna", password: password, role: .admin)
        try db.addAccount("bert", password: password, role: .viewer, cameras: [Samples.aisle4])
    }

    private func add(_ endpoint: String, of account: String) throws -> PushDevice {
        try #require(
            try db.addPushDevice(
                of: account, endpoint: endpoint, publicKey: Data(repeating: 4, count: 65),
                authSecret: Data(repeating: 1, count: 16), browser: "Firefox"))
    }

    @Test("a device is listed by its account's own spelling, found by its recipient, and gone with its account")
    func life() throws {
        let device = try add("https://push.example/1", of: "anna")
        #expect(device.account == "Anna" && device.recipient == "Anna/\(device.id)")
        #expect(try db.pushDevices(of: "ANNA") == [device])
        #expect(try db.pushDevice(recipient: device.recipient)?.device == device)
        #expect(try db.pushDevice(recipient: "bert/\(device.id)") == nil, "it is not his")
        #expect(try db.pushDevice(recipient: "nonsense") == nil)
        #expect(try !db.removePushDevice(device.id, of: "bert"))
        let limited = try add("https://push.example/2", of: "bert")
        #expect(try db.pushDevice(recipient: limited.recipient)?.cameras == [Samples.aisle4])
        #expect(try db.removeAccount("bert"))
        #expect(try db.pushDevice(recipient: limited.recipient) == nil)
        #expect(try db.removePushDevice(device.id, of: "anna"))
        #expect(try db.pushDevices(of: "anna").isEmpty)
    }

    @Test("who is told of a camera, and who of the whole installation")
    func recipients() throws {
        let all = try add("https://push.example/1", of: "anna").recipient
        let some = try add("https://push.example/2", of: "bert").recipient
        let dock = Samples.camera("dock")
        #expect(try db.pushRecipients(of: nil, seeing: Samples.aisle4) == [all, some])
        #expect(try db.pushRecipients(of: nil, seeing: dock) == [all])
        #expect(try db.pushRecipients(of: nil, seeing: nil) == [all])
        #expect(try db.pushRecipients(of: ["Bert"], seeing: Samples.aisle4) == [some])
        #expect(try db.pushRecipients(of: [], seeing: Samples.aisle4).isEmpty)
        #expect(try db.pushOwners(among: nil) == ["Anna", "bert"] && db.pushOwners(among: ["BERT"]) == ["bert"])
    }

    @Test("when a message came last is known to the minute")
    func noted() throws {
        let device = try add("https://push.example/1", of: "anna"), first = site.clock.now()
        try db.notePush(device.recipient, at: first)
        try db.notePush(device.recipient, at: first + 59)
        #expect(try db.pushDevices(of: "anna").first?.sentAt == first)
        try db.notePush(device.recipient, at: first + 61)
        #expect(try db.pushDevices(of: "anna").first?.sentAt == first + 61)
    }

    @Test("a token keeps the cameras with which it was made; an administrator's can have none of its own")
    func tokens() throws {
        let made = try db.addToken(name: "t", role: .operator, by: "anna", cameras: [Samples.aisle4])
        #expect(try db.token(secret: made.secret)?.cameras == [Samples.aisle4])
        #expect(try db.tokens().map(\.cameras) == [[Samples.aisle4]])
        let none = try db.addToken(name: "n", role: .viewer, by: "anna", cameras: [])
        #expect(try db.token(secret: none.secret)?.cameras == [])
        #expect(throws: StorageError.self) {
            try db.addToken(name: "a", role: .admin, by: "anna", cameras: [Samples.aisle4])
        }
    }
}
