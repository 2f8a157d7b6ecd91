public import Domain
public import Foundation
internal import GRDB

/// What people do about incidents.
extension StoreAccess {
    /// Where an incident stands, with every step; open when nobody has done anything or there is no such incident.
    public func handling(of incident: IncidentID) throws -> IncidentHandling {
        try read { db in try Self.handling(of: incident, db) }
    }

    /// Takes a step, in one transaction with what follows from it: who goes to an incident has acknowledged it, escalations
    /// that are needless now are cancelled, and "false alarm" is a review.
    /// - Parameters:
    ///   - photo: A JPEG, with ``IncidentHandling/Action/photo(_:)`` alone.
    ///   - isKnown: Whether the author has an account or the right to speak for the site: an account's review is not changed
    ///     by others.
    /// - Returns: What came of it, and the incident to which it was done: the one into which this one was merged.
    /// - Throws: ``StorageError/notFound(what:)`` when there is no such incident.
    @discardableResult
    public func handle(
        _ id: IncidentID, _ action: IncidentHandling.Action, by author: IncidentHandling.Author, at date: Date,
        photo: Data? = nil, isKnown: Bool = false
    ) throws -> IncidentHandling.Outcome {
        let outcome = try write { db in
            try handle(id, action, by: author, at: date, photo: photo, isKnown: isKnown, db)
        }
        signal(.outbox)
        return outcome
    }

    func handle(
        _ id: IncidentID, _ action: IncidentHandling.Action, by author: IncidentHandling.Author, at date: Date,
        photo: Data?, isKnown: Bool, _ db: Database
    ) throws -> IncidentHandling.Outcome {
        guard let incident = try Self.incident(id, db)?.id else {
            throw StorageError.notFound(what: "incident \(id)")
        }
        let before = try Self.handling(of: incident, db)
        switch action {
        case .state(let state):
            let outcome = before.outcome(of: state, by: author.name)
            switch outcome {
            case .changed:
                if let refusal = try reviewed(incident, state, before, author, date, isKnown, db) { return refusal }
                try move(incident, to: state, by: author, at: date, db)
            case .joined: _ = try add(action, to: incident, author, date, db)
            case .already, .refused: break
            }
            return outcome
        case .assign(let whom):
            guard before.assignee != whom else { return .already(before.standing) }
            try db.execute(
                sql: """
                    INSERT INTO incident_handling (incident_id, state, assignee) VALUES (?, 'open', ?)
                    ON CONFLICT (incident_id) DO UPDATE SET assignee = excluded.assignee
                    """,
                arguments: [incident.rawValue, whom])
        case .tick(let line):
            if before.ticks[line] != nil { return .already(before.standing) }
        case .untick(let line):
            if before.ticks[line] == nil { return .already(before.standing) }
        case .comment: break
        case .photo:
            let step = try add(action, to: incident, author, date, db)
            if let photo {
                try db.execute(
                    sql: "INSERT INTO handling_photos (step_id, jpeg) VALUES (?, ?)", arguments: [step, photo])
            }
            return .changed
        }
        _ = try add(action, to: incident, author, date, db)
        return .changed
    }

    /// Brings the review in line with a state that is about to change.
    /// - Returns: A refusal where somebody else's review says otherwise; then nothing may be done.
    private func reviewed(
        _ incident: IncidentID, _ state: IncidentHandling.State, _ before: IncidentHandling,
        _ author: IncidentHandling.Author, _ date: Date, _ isKnown: Bool, _ db: Database
    ) throws -> IncidentHandling.Outcome? {
        let earlier = try Self.review(of: incident, db)
        let wanted: Review? = state == .falseAlarm ? .notAnIncident : nil
        guard state == .falseAlarm || before.state == .falseAlarm, earlier?.review != wanted else { return nil }
        if let earlier, let review = earlier.review, !isKnown, earlier.by != author.name {
            let says: IncidentHandling.State = review == .notAnIncident ? .falseAlarm : before.state
            return .refused(.init(state: says, by: earlier.by, at: earlier.at))
        }
        try setReview(
            IncidentReview(review: wanted, note: earlier?.note ?? "", by: author.name, at: date), of: incident, db)
        return nil
    }

    /// The picture that came with a step of the incident.
    public func photo(_ step: Int64, of incident: IncidentID) throws -> Data? {
        try read { db in
            try Data.fetchOne(
                db,
                sql: """
                    SELECT jpeg FROM handling_photos JOIN handling_steps ON handling_steps.id = step_id
                    WHERE step_id = ? AND incident_id = ?
                    """,
                arguments: [step, incident.rawValue])
        }
    }

    // MARK: - Inside transactions

    /// Notes where an incident stands now, and lets go what is needless with that.
    func move(
        _ incident: IncidentID, to state: IncidentHandling.State, by author: IncidentHandling.Author, at date: Date,
        _ db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO incident_handling (incident_id, state, by, at) VALUES (?, ?, ?, ?)
                ON CONFLICT (incident_id) DO UPDATE SET state = excluded.state, by = excluded.by, at = excluded.at
                """,
            arguments: [incident.rawValue, state.rawValue, author.name, UTCText.string(date)])
        _ = try add(.state(state), to: incident, author, date, db)
        guard state != .open else { return }
        _ = try acknowledge(incident, by: author.name, at: date, db)
        try cancelEscalations(of: incident, behind: state.milestones, db)
    }

    func cancelEscalations(
        of incident: IncidentID, behind milestones: [IncidentHandling.Milestone], _ db: Database
    ) throws {
        try db.execute(
            sql: """
                UPDATE outbox SET state = 'cancelled'
                WHERE incident_id = ? AND purpose = 'escalation' AND state = 'pending'
                    AND coalesce(unless, 'acknowledged') IN (\(databaseQuestionMarks(count: milestones.count)))
                """,
            arguments: [incident.rawValue] + StatementArguments(milestones.map(\.rawValue)))
    }

    private func add(
        _ action: IncidentHandling.Action, to incident: IncidentID, _ author: IncidentHandling.Author, _ date: Date,
        _ db: Database
    ) throws -> Int64 {
        try db.execute(
            sql: "INSERT INTO handling_steps (incident_id, at, who, way, action, text) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                incident.rawValue, UTCText.string(date), author.name, author.way.rawValue, action.name, action.text,
            ])
        return db.lastInsertedRowID
    }

    static func handling(of incident: IncidentID, _ db: Database) throws -> IncidentHandling {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT state AS handling_state, by AS handling_by, at AS handling_at, assignee FROM incident_handling
                WHERE incident_id = ?
                """,
            arguments: [incident.rawValue])
        // A comment alone makes no row.
        var handling = try row.map(HandlingRow.handling) ?? IncidentHandling()
        handling.steps = try steps(of: incident, db)
        return handling
    }

    private static func steps(of incident: IncidentID, _ db: Database) throws -> [IncidentHandling.Step] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM handling_steps WHERE incident_id = ? ORDER BY id", arguments: [incident.rawValue]
        ).map { row in
            guard let action = IncidentHandling.Action(name: row["action"], text: row["text"]),
                let way = IncidentHandling.Way(rawValue: row["way"])
            else { throw StorageError.damaged(reason: "a step of an incident's handling is unknown") }
            return IncidentHandling.Step(
                id: row["id"], at: try row.date("at"), author: IncidentHandling.Author(row["who"], by: way),
                action: action)
        }
    }
}

/// Between ``IncidentHandling`` and its row, where a join gives that its names.
enum HandlingRow {
    /// Without steps.
    static func handling(_ row: Row) throws -> IncidentHandling {
        guard let name = row["handling_state"] as String? else { return IncidentHandling() }
        guard let state = IncidentHandling.State(rawValue: name) else {
            throw StorageError.damaged(reason: "the state of an incident's handling is unknown")
        }
        let standing = try row.optionalDate("handling_at").map {
            IncidentHandling.Standing(state: state, by: row["handling_by"], at: $0)
        }
        return IncidentHandling(standing: standing, assignee: row["assignee"])
    }
}
