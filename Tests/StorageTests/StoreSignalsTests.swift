import Domain
import Foundation
import TestSupport
import Testing

@testable import Storage

/// A change is noticed by who waits for it, in this process and in another one, which here is a second connection.
@Suite("Changes are noticed", .mayWait, .timeLimit(.minutes(1)))
struct StoreSignalsTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func store() throws -> Store { try Store(path: folder.file("a.sqlite").path, clock: ManualClock()) }

    private func isNoticed(
        _ topic: StoreTopic, _ change: (StoreAccess) throws -> Void
    ) async throws {
        let here = try store(), elsewhere = try store()
        var changes = elsewhere.changes(of: topic).makeAsyncIterator()
        try change(here.unwatched)
        #expect(await changes.next() != nil)
    }

    @Test("a request, by the daemon that is to do it")
    func request() async throws { try await isNoticed(.requests) { _ = try $0.request(.wake) } }

    @Test("a message that was given up, and a clip that is whole, by a drill that waits for them")
    func outcomes() async throws {
        var clip = Samples.clip("01d")
        let first = try store().unwatched
        try first.commit(.new(Samples.incident()))
        try first.insert(clip, incidents: [Samples.incident().id])
        let message = try #require(
            try first.enqueue([Samples.alert()], name: "try").first)
        try await isNoticed(.outcomes) { _ = try $0.markDead(message.id, error: "HTTP 400") }
        clip.state = .finished
        clip.durationSeconds = 1
        clip.bytes = 1
        clip.sha256 = Samples.sha256
        let whole = clip
        try await isNoticed(.outcomes) { try $0.update(whole) }
    }

    @Test("an incident that is committed, by the clip that waits for it; one that never is, not for ever")
    func commit() async throws {
        let (looks, look) = AsyncStream<Void>.makeStream()
        let store = try Store(
            path: folder.file("a.sqlite").path, clock: ManualClock(),
            onStatement: { text in if text.contains("FROM incidents") { look.yield() } })
        #expect(!store.unwatched.waitForCommit(of: [Samples.incident("i1").id], atMostSeconds: 0))
        async let isThere = BlockingWork.shared.run {
            store.unwatched.waitForCommit(
                of: [Samples.incident("i1").id, Samples.incident("i2").id], atMostSeconds: 3600)
        }
        // The look before the wait, and the first one of the wait.
        var seen = looks.makeAsyncIterator()
        for _ in 0..<2 { await seen.next() }
        try store.unwatched.commit(.new(Samples.incident("i1")))
        try store.unwatched.commit(.new(Samples.incident("i2")))
        #expect(await isThere)
    }
}
