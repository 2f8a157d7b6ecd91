public import Domain
import Foundation
internal import GRDB

extension StoreAccess {
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
        var conditions: [String] = []
        var arguments = StatementArguments()
        func add(_ condition: String, _ values: StatementArguments = []) {
            conditions.append(condition)
            arguments += values
        }
        if !search.words.allSatisfy(\.isWhitespace) {
            // Words of signs alone find nothing.
            guard let pattern = FTS5Pattern(matchingAllPrefixesIn: search.words) else { return [] }
            add(
                """
                id IN (SELECT incident_texts.incident_id FROM incident_texts
                    JOIN incident_words ON incident_words.rowid = incident_texts.id WHERE incident_words MATCH ?)
                """, [pattern])
        }
        if let camera = search.camera { add("camera = ?", [camera.rawValue]) }
        if let kind = search.kind { add("EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = ?)", [kind.rawValue]) }
        if let zone = search.zone {
            add("(json_extract(facts, '$.zoneName') = ? OR json_extract(facts, '$.fromZoneName') = ?)", [zone, zone])
        }
        switch search.reviewed {
        case .nothing: add("review IS NULL")
        case .review(let review): add("review = ?", [review.rawValue])
        case nil: break
        }
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
        let condition = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        arguments += [max(0, search.limit)]
        let sql = "SELECT * FROM incidents\(condition) ORDER BY start_date DESC, id DESC LIMIT ?"
        return try read { db in try Row.fetchAll(db, sql: sql, arguments: arguments).map(IncidentRow.incident) }
    }
}
