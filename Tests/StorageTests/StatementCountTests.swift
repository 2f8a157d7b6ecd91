import Domain
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// Lists must not ask the database once a row.
@Suite("How many statements a list takes")
struct StatementCountTests {
    private final class Statements: Sendable {
        private let texts = Mutex<[String]>([])

        func note(_ text: String) { texts.withLock { $0.append(text) } }

        /// The queries that `body` makes.
        func queries(_ body: () throws -> Void) rethrows -> Int {
            texts.withLock { $0.removeAll() }
            try body()
            return texts.withLock { $0.count { $0.hasPrefix("SELECT") || $0.hasPrefix("WITH") } }
        }
    }

    private let folder: TemporaryDirectory
    private let clock = ManualClock()
    private let statements = Statements()
    private let store: Store
    private var access: StoreAccess { store.unwatched }

    init() throws {
        folder = try TemporaryDirectory()
        store = try Store(path: folder.file("test.db").path, clock: clock, onStatement: statements.note)
    }

    /// Incidents of which each second one is reviewed and acknowledged, each third protected, with a clip each and one
    /// more for each fifth.
    private func fill(_ count: Int) throws {
        for index in 0..<count {
            let incident = Samples.incident("i\(index + 100)", startDate: Samples.start + Double(index) * 60)
            try access.commit(.new(incident)) { _ in
                [PlannedAlert(channel: "sms-\(index % 4)", recipient: "1", text: "text")]
            }
            for part in 0...(index % 5 == 0 ? 1 : 0) {
                let id = ClipID(rawValue: "c\(index + 100)-\(part)")
                try access.insert(Samples.clip(id.rawValue), incidents: [incident.id])
                try access.finish(id, durationSeconds: 20, bytes: 9, sha256: Samples.sha256)
            }
            if index % 2 == 0 {
                try access.setReview(
                    IncidentReview(review: .confirmed, note: "n\(index)", by: "ada", at: clock.now()), of: incident.id)
                try access.acknowledge(incident.id, by: "bo", at: clock.now())
            }
            if index % 3 == 0 { try access.setProtected(incident: incident.id, true) }
        }
    }

    @Test("fifty incidents with all that a page shows of them: three, and the same as asked one by one")
    func incidents() throws {
        try fill(50)
        var found: [Incident] = []
        var details: [IncidentID: IncidentDetails] = [:]
        let queries = try statements.queries {
            found = try access.incidents(IncidentSearch())
            details = try access.details(of: found.map(\.id))
        }
        #expect(queries == 3)
        #expect(found.count == 50 && details.count == 50)
        for incident in found {
            let detail = try #require(details[incident.id])
            #expect(try detail.clips == access.clips(of: incident.id) && !detail.clips.isEmpty)
            #expect(try detail.review == access.review(of: incident.id))
            #expect(try detail.isProtected == access.isProtected(incident: incident.id))
            #expect(try detail.acknowledgement == access.acknowledgement(of: incident.id))
        }
        #expect(details.values.contains { $0.review?.note == "n2" && $0.acknowledgement?.by == "bo" })
        #expect(try access.details(of: [IncidentID(rawValue: "unknown")]).isEmpty)
    }

    @Test("clips of incidents, clips with what decides how long they stay, and channels: one or two")
    func others() throws {
        try fill(50)
        let ids = try access.incidents().map(\.id)
        var clips: [IncidentID: [Clip]] = [:]
        let clipQueries = try statements.queries { clips = try access.clips(of: ids) }
        #expect(clipQueries == 1 && clips.count == 50)
        var kept: [KeptClip] = []
        let keptQueries = try statements.queries { kept = try access.keptClips(after: nil, limit: 100) }
        #expect(keptQueries == 2 && kept.count == 60 && kept.allSatisfy { $0.incidents.count == 1 })
        #expect(kept.count { $0.isProtected } == 21)
        #expect(kept.count { $0.incidents.first?.review == .confirmed } == 30)
        var channels: [ChannelBacklog] = []
        let channelQueries = try statements.queries { channels = try access.outboxSummaries() }
        #expect(channelQueries == 1 && channels.count == 4)
    }
}
