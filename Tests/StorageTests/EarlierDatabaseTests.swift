import Domain
import Foundation
import TestSupport
import Testing

@testable import Storage

/// What earlier versions wrote goes on being read. `Earlier/0.1.0.sqlite` was written by the program of version 0.1.0: a box
/// fell before a camera, somebody acknowledged it, and a carton was clicked to be followed.
@Suite("Databases of earlier versions", .mayWait)
struct EarlierDatabaseTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func earlier(_ version: String) throws -> Store {
        let kept = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Earlier/\(version).sqlite")
        let copy = folder.file("state/aislewatch.sqlite")
        try FileManager.default.createDirectory(
            at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: kept, to: copy)
        return try Store(path: copy.path, clock: ManualClock())
    }

    @Test(
        "an incident is as it was, with its evidence by the configuration's keys, its clip, its message and who took it over"
    )
    func incident() throws {
        let db = try earlier("0.1.0").unwatched
        let incident = try #require(try db.incidents().first)
        #expect(incident.kind == .fallingObject && incident.phase == .ended && incident.stage == .ended)
        #expect(
            incident.evidence.map(\.parameter) == [
                "min_drop_picture_heights", "min_acceleration_picture_heights", "min_peak_speed_picture_heights",
                "rest_seconds",
            ])
        #expect(incident.evidence.allSatisfy { $0.direction == .atLeast && $0.measured > $0.threshold })
        #expect(try db.clips(of: incident.id).map(\.state) == [.finished])
        #expect(try db.messages(of: incident.id).map(\.alert.channel) == ["hook"])
        #expect(try db.acknowledgement(of: incident.id)?.by == "Maria")
    }

    @Test("a followed object has its picture, its mask and its place; an account goes on")
    func followed() throws {
        let db = try earlier("0.1.0").unwatched
        let record = try #require(try db.follows().first)
        #expect(record.object.name == "the pallet")
        #expect(record.picture.starts(with: [0xFF, 0xD8]))
        #expect(try db.accounts().map(\.name) == ["maria"])
    }
    @Test("an account's sessions go on, it can turn messages on, and a token sees every camera")
    func accounts() throws {
        let db = try earlier("0.1.0").unwatched
        let secret = try db.openSession("maria", expiresAt: Date(timeIntervalSince1970: 4_000_000_000))
        #expect(try db.session(secret, idleSeconds: 60)?.isVouchedFor == false)
        let device = try db.addPushDevice(
            of: "maria", endpoint: "https://push.example/1", publicKey: Data(repeating: 4, count: 65),
            authSecret: Data(repeating: 1, count: 16), browser: "")
        #expect(try db.pushRecipients(of: nil, seeing: nil) == [try #require(device).recipient])
        let token = try db.addToken(name: "t", role: .viewer, by: "maria")
        #expect(try db.token(secret: token.secret)?.cameras == nil)
    }
}
