import Domain
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite("Accounts and what people keep")
struct AccountTests {
    private let directory: TemporaryDirectory
    private let clock = ManualClock(date: Date(timeIntervalSince1970: 1_780_000_000))
    private let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try Store(path: directory.file("a.sqlite").path, clock: clock)
    }

    @Test("a password is stored as scrypt with a salt of its own, and only the right one matches")
    func passwords() throws {
        let cost = PasswordHash.Cost(logRounds: 4, blockSize: 1, parallelism: 1)
        let one = try PasswordHash("Grüße, Kåre", cost: cost), two = try PasswordHash("Grüße, Kåre", cost: cost)
        #expect(one.text.hasPrefix("$scrypt$ln=4,r=1,p=1$") && one.text != two.text)
        #expect(one.matches("Grüße, Kåre") && one.matches("Gru\u{308}ße, Ka\u{30A}re") && !one.matches("grüße, Kåre"))
        for damaged in ["", "$scrypt$", "$scrypt$ln=99,r=1,p=1$AA==$AA==", "$scrypt$ln=4,r=1,p=1$AA==$"] {
            #expect(!PasswordHash(text: damaged).matches(""))
        }
        let standard = PasswordHash.Cost()
        #expect(standard.logRounds >= 14 && standard.blockSize == 8 && standard.parallelism >= 5)
    }

    @Test("a name is taken in upper and lower case alike, and has a form")
    func names() throws {
        let password = try PasswordHash("x", cost: PasswordHash.Cost(logRounds: 4, blockSize: 1, parallelism: 1))
        #expect(try store.unwatched.addAccount("Anna", password: password, role: .admin))
        #expect(try !store.unwatched.addAccount("anna", password: password, role: .viewer))
        #expect(try !store.unwatched.addAccount("eve", password: password, role: .admin, onlyFirst: true))
        #expect(throws: StorageError.self) { try store.unwatched.addAccount("a b", password: password, role: .viewer) }
        #expect(try store.unwatched.account("ANNA")?.role == .admin && store.unwatched.accounts().count == 1)
    }

    @Test("a followed object comes back as it was saved")
    func follows() throws {
        let camera = try #require(CameraID(rawValue: "dock"))
        let size = FrameSize(width: 4, height: 2)
        let object = FollowedObject(
            id: FollowedObjectID(rawValue: "01f"), camera: camera, name: "pallet",
            prompts: [
                GivenPrompt(
                    prompt: .click(Point(x: 1, y: 1)), time: MediaTime(epoch: 2, pts90k: 9), date: clock.now(),
                    frameSize: size)
            ], lastRegion: Region(x: 0, y: 0, width: 2, height: 1), frameSize: size, conditions: [.moves, .falls])
        var record = FollowRecord(
            object: object, createdAt: clock.now(), createdBy: "anna", picture: Data([1, 2]),
            mask: Mask(size: size, bitmap: [0, 1, 1, 0, 0, 0, 0, 0] as [UInt8]))
        try store.unwatched.save(record)
        record.object.name = "blue pallet"
        record.lastSeenAt = clock.now()
        try store.unwatched.save(record)
        let again = try Store(path: store.path, clock: clock)
        #expect(try again.unwatched.follows() == [record])
        #expect(try again.unwatched.removeFollow(object.id) && again.unwatched.follows().isEmpty)
        #expect(try !again.unwatched.removeFollow(object.id))
    }
}
