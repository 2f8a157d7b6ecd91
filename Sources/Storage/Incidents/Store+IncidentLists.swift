public import Domain
public import Foundation
internal import GRDB

/// Which incidents to list; nil means any.
public struct IncidentFilter: Hashable, Sendable {
    /// Started at this moment or later.
    public var since: Date?
    /// Started before this moment.
    public var until: Date?
    public var camera: CameraID?
    /// One of its kinds, the primary or another.
    public var kind: IncidentKind?
    /// At most so many, the newest ones; nil for all.
    public var limit: Int?

    public init(
        since: Date? = nil, until: Date? = nil, camera: CameraID? = nil, kind: IncidentKind? = nil, limit: Int? = 50
    ) {
        self.since = since
        self.until = until
        self.camera = camera
        self.kind = kind
        self.limit = limit
    }
}

/// Which incidents a list shows.
public struct IncidentSearch: Hashable, Sendable {
    /// All of these words, or beginnings of words, occur; empty is no condition.
    public var words = ""
    public var camera: CameraID?
    /// Only of these; nil: of all.
    public var cameras: Set<CameraID>?
    public var kind: IncidentKind?
    /// The name of the zone where it came to rest or from which it came.
    public var zone: String?
    /// What a person said about it.
    public enum Reviewed: Hashable, Sendable {
        case nothing
        case review(Review)
    }

    public var reviewed: Reviewed?
    public var minSeverity: Severity?
    /// Where it stands.
    public var state: IncidentHandling.State?
    // Of each, one of these; empty is no condition.
    public var anyCamera: Set<CameraID> = []
    public var kinds: Set<IncidentKind> = []
    public var zones: Set<String> = []
    public var states: Set<IncidentHandling.State> = []
    /// Who did or said something about it: an account's name, or one that somebody gave.
    public var person: String?
    /// It lasted so long at least.
    public var minSeconds: Double?
    /// Began at or after, and before.
    public var since: Date?
    public var until: Date?
    /// Only incidents after this one in the list: the last one of the page before.
    public var after: IncidentID?
    public var limit = 50

    public init() {}
}

/// What a page shows beside an incident: its clips, and what people said about it.
public struct IncidentDetails: Hashable, Sendable {
    /// The clips that show it, oldest first; tombstones are left out.
    public var clips: [Clip]
    /// Nil when nobody has said anything.
    public var review: IncidentReview?
    /// Its clips are kept whatever retention and a full disk say.
    public var isProtected: Bool
    /// Nil when nobody has acknowledged it.
    public var acknowledgement: Acknowledgement?
    /// Without its steps.
    public var handling: IncidentHandling

    public init(
        clips: [Clip] = [], review: IncidentReview? = nil, isProtected: Bool = false,
        acknowledgement: Acknowledgement? = nil, handling: IncidentHandling = IncidentHandling()
    ) {
        self.clips = clips
        self.review = review
        self.isProtected = isProtected
        self.acknowledgement = acknowledgement
        self.handling = handling
    }
}

extension StoreAccess {
    /// The incidents that pass the filter, newest first. One that was merged into another is not listed again.
    public func incidents(_ filter: IncidentFilter = IncidentFilter()) throws -> [Incident] {
        var conditions = ["merged_into IS NULL"]
        var arguments = StatementArguments()
        if let since = filter.since {
            conditions.append("start_date >= ?")
            arguments += [UTCText.string(since)]
        }
        if let until = filter.until {
            conditions.append("start_date < ?")
            arguments += [UTCText.string(until)]
        }
        if let camera = filter.camera {
            conditions.append("camera = ?")
            arguments += [camera.rawValue]
        }
        if let kind = filter.kind {
            conditions.append("EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = ?)")
            arguments += [kind.rawValue]
        }
        let condition = " WHERE " + conditions.joined(separator: " AND ")
        // A negative limit is none.
        arguments += [filter.limit.map { max(0, $0) } ?? -1]
        let sql = "SELECT * FROM incidents\(condition) ORDER BY start_date DESC, id DESC LIMIT ?"
        return try read { db in
            try Row.fetchAll(db, sql: sql, arguments: arguments).map(IncidentRow.incident)
        }
    }

    /// What is known beside the incidents themselves; one that is not in the database is missing. Two statements, however
    /// many incidents there are.
    public func details(of incidents: [IncidentID]) throws -> [IncidentID: IncidentDetails] {
        try read { db in
            let clips = try Self.clips(of: incidents, db)
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT incidents.id, incidents.review, incidents.protected, incident_reviews.*,
                        acknowledgements.*, incident_handling.state AS handling_state,
                        incident_handling.by AS handling_by, incident_handling.at AS handling_at,
                        incident_handling.assignee
                    FROM incidents
                    LEFT JOIN incident_handling ON incident_handling.incident_id = incidents.id
                    LEFT JOIN incident_reviews ON incident_reviews.incident_id = incidents.id
                    LEFT JOIN acknowledgements ON acknowledgements.incident_id = incidents.id
                    WHERE incidents.id IN (SELECT value FROM json_each(?))
                    """,
                arguments: [try RowJSON.text(incidents.map(\.rawValue))])
            return try rows.reduce(into: [:]) { result, row in
                let id = IncidentID(rawValue: row["id"])
                result[id] = IncidentDetails(
                    clips: clips[id] ?? [], review: try Self.review(row), isProtected: row["protected"],
                    acknowledgement: try row.optionalDate("at").map {
                        Acknowledgement(incident: id, by: row["by"], at: $0)
                    }, handling: try HandlingRow.handling(row))
            }
        }
    }

    /// Gives an incident the words by which a search finds it; replaces earlier ones.
    public func index(_ incident: IncidentID, words: String) throws {
        try write { db in
            try db.execute(
                sql: """
                    INSERT INTO incident_texts (incident_id, words) VALUES (?, ?)
                    ON CONFLICT (incident_id) DO UPDATE SET words = excluded.words
                    """,
                arguments: [incident.rawValue, words])
        }
    }

    /// Incidents that have no words yet, newest first: of an earlier version, or the process ended in between.
    public func unindexedIncidents(limit: Int) throws -> [Incident] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM incidents WHERE NOT EXISTS
                        (SELECT 1 FROM incident_texts WHERE incident_texts.incident_id = incidents.id)
                    ORDER BY start_date DESC LIMIT ?
                    """,
                arguments: [limit]
            ).map(IncidentRow.incident)
        }
    }

    /// Newest first.
    public func incidents(_ search: IncidentSearch) throws -> [Incident] {
        guard let (condition, values) = Self.condition(search) else { return [] }
        let arguments = values + [max(0, search.limit)]
        let sql = "SELECT * FROM incidents WHERE \(condition) ORDER BY start_date DESC, id DESC LIMIT ?"
        return try read { db in
            try Row.fetchAll(db, sql: sql, arguments: arguments).map(IncidentRow.incident)
        }
    }

    /// How many there are of each kind, by the kind that was confirmed first; all of them, whatever the search's limit.
    public func counts(_ search: IncidentSearch) throws -> [(kind: IncidentKind, count: Int)] {
        guard let (condition, arguments) = Self.condition(search) else { return [] }
        let sql = """
            SELECT kind, count(*) AS number FROM incidents WHERE \(condition) GROUP BY kind ORDER BY number DESC, kind
            """
        return try read { db in
            try Row.fetchAll(db, sql: sql, arguments: arguments).compactMap { row in
                IncidentKind(rawValue: row["kind"]).map { ($0, row["number"]) }
            }
        }
    }

    /// - Returns: nil for what nothing fits.
    private static func condition(_ search: IncidentSearch) -> (sql: String, arguments: StatementArguments)? {
        var conditions: [String] = []
        var arguments = StatementArguments()
        func add(_ condition: String, _ values: StatementArguments = []) {
            conditions.append(condition)
            arguments += values
        }
        if !search.words.allSatisfy(\.isWhitespace) {
            // Words of signs alone find nothing.
            guard let pattern = FTS5Pattern(matchingAllPrefixesIn: search.words) else { return nil }
            add(
                """
                id IN (SELECT incident_texts.incident_id FROM incident_texts
                    JOIN incident_words ON incident_words.rowid = incident_texts.id WHERE incident_words MATCH ?)
                """, [pattern])
        }
        if let camera = search.camera { add("camera = ?", [camera.rawValue]) }
        if let cameras = search.cameras {
            let marks = databaseQuestionMarks(count: cameras.count)
            add("camera IN (\(marks))", StatementArguments(cameras.map(\.rawValue)))
        }
        if let kind = search.kind { add("EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = ?)", [kind.rawValue]) }
        if let zone = search.zone {
            add("(json_extract(facts, '$.zoneName') = ? OR json_extract(facts, '$.fromZoneName') = ?)", [zone, zone])
        }
        switch search.reviewed {
        case .nothing: add("review IS NULL")
        case .review(let review): add("review = ?", [review.rawValue])
        case nil: break
        }
        switch search.state {
        case .open:
            add("NOT EXISTS (SELECT 1 FROM incident_handling WHERE incident_id = incidents.id AND state <> 'open')")
        case let state?:
            add("id IN (SELECT incident_id FROM incident_handling WHERE state = ?)", [state.rawValue])
        case nil: break
        }
        addChoices(of: search, add)
        if let severity = search.minSeverity {
            let names = Severity.allCases.filter { $0 >= severity }.map { "'\($0.rawValue)'" }
            add("severity IN (\(names.joined(separator: ", ")))")
        }
        if let since = search.since { add("start_date >= ?", [UTCText.string(since)]) }
        if let until = search.until { add("start_date < ?", [UTCText.string(until)]) }
        if let after = search.after {
            add(
                "(start_date, id) < (SELECT start_date, id FROM incidents WHERE id = ?)", [after.rawValue])
        }
        add("merged_into IS NULL")
        return (conditions.joined(separator: " AND "), arguments)
    }

    /// What only questions ask for.
    private static func addChoices(
        of search: IncidentSearch, _ add: (_ condition: String, _ values: StatementArguments) -> Void
    ) {
        func any(_ condition: (_ marks: String) -> String, _ values: [String]) {
            guard !values.isEmpty else { return }
            add(condition(databaseQuestionMarks(count: values.count)), StatementArguments(values))
        }
        any({ "camera IN (\($0))" }, search.anyCamera.map(\.rawValue).sorted())
        any({ "EXISTS (SELECT 1 FROM json_each(kinds) WHERE value IN (\($0)))" }, search.kinds.map(\.rawValue).sorted())
        for zone in [search.zones.sorted()] where !zone.isEmpty {
            let marks = databaseQuestionMarks(count: zone.count)
            add(
                "(json_extract(facts, '$.zoneName') IN (\(marks)) OR json_extract(facts, '$.fromZoneName') IN (\(marks)))",
                StatementArguments(zone + zone))
        }
        any(
            {
                "coalesce((SELECT state FROM incident_handling WHERE incident_id = incidents.id), 'open') IN (\($0))"
            }, search.states.map(\.rawValue).sorted())
        if let seconds = search.minSeconds {
            add("(julianday(end_date) - julianday(start_date)) * 86400 >= ?", [seconds])
        }
        if let person = search.person {
            // Who has no account goes by "Anna (link)".
            add(
                """
                EXISTS (SELECT 1 FROM (
                    SELECT who AS name FROM handling_steps WHERE incident_id = incidents.id
                    UNION SELECT by FROM acknowledgements WHERE incident_id = incidents.id
                    UNION SELECT assignee FROM incident_handling WHERE incident_id = incidents.id
                    UNION SELECT reviewed_by FROM incident_reviews WHERE incident_id = incidents.id)
                    WHERE lower(name) = lower(?) OR lower(substr(name, 1, length(?) + 2)) = lower(? || ' ('))
                """, [person, person, person])
        }
    }
}
