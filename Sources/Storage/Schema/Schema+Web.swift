internal import GRDB

/// What signing in, reviewing, searching and following need.
extension Schema {
    static func registerWeb(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("web accounts, reviews, search, follows") { db in
            try db.execute(sql: web)
            // What is there already gets its words from the daemon at its next start (`unindexedIncidents`).
            try db.create(virtualTable: "incident_words", using: FTS5()) { table in
                table.synchronize(withTable: "incident_texts")
                table.tokenizer = .unicode61(diacritics: .remove)
                table.column("words")
            }
        }
    }

    private static let web = """
        CREATE TABLE users (
            name TEXT NOT NULL PRIMARY KEY COLLATE NOCASE CHECK (name <> ''),
            role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
            password TEXT NOT NULL CHECK (password LIKE '$scrypt$%'),
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            last_seen_at TEXT CHECK (last_seen_at GLOB '????-??-??T??:??:??.???Z')
        ) WITHOUT ROWID;

        CREATE TABLE sessions (
            secret_sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(secret_sha256) = 32),  -- of the cookie
            user_name TEXT NOT NULL COLLATE NOCASE REFERENCES users (name) ON DELETE CASCADE,
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            seen_at TEXT NOT NULL CHECK (seen_at GLOB '????-??-??T??:??:??.???Z'),       -- to the minute
            expires_at TEXT NOT NULL CHECK (expires_at GLOB '????-??-??T??:??:??.???Z')  -- whatever happens
        ) WITHOUT ROWID;
        CREATE INDEX sessions_by_user ON sessions (user_name);

        CREATE TABLE api_tokens (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL CHECK (name <> ''),
            role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
            secret_sha256 BLOB NOT NULL UNIQUE CHECK (length(secret_sha256) = 32),
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            created_by TEXT NOT NULL,
            expires_at TEXT CHECK (expires_at GLOB '????-??-??T??:??:??.???Z'),          -- NULL: never
            last_used_at TEXT CHECK (last_used_at GLOB '????-??-??T??:??:??.???Z')       -- to the minute
        ) WITHOUT ROWID;

        CREATE TABLE audit (                         -- who changed what
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.???Z'),
            who TEXT NOT NULL,
            action TEXT NOT NULL CHECK (action <> ''),
            subject TEXT NOT NULL,
            detail TEXT NOT NULL,                    -- never a secret
            address TEXT NOT NULL
        );

        CREATE TABLE incident_reviews (             -- who said what stands in incidents.review
            incident_id TEXT NOT NULL PRIMARY KEY REFERENCES incidents (id) ON DELETE CASCADE,
            note TEXT NOT NULL,
            reviewed_by TEXT NOT NULL,
            reviewed_at TEXT NOT NULL CHECK (reviewed_at GLOB '????-??-??T??:??:??.???Z')
        ) WITHOUT ROWID;

        CREATE TABLE incident_texts (                -- what a search finds
            id INTEGER PRIMARY KEY,
            incident_id TEXT NOT NULL UNIQUE REFERENCES incidents (id) ON DELETE CASCADE,
            words TEXT NOT NULL
        );

        CREATE TABLE followed_objects (
            id TEXT NOT NULL PRIMARY KEY,            -- ULID in lower case
            camera TEXT NOT NULL CHECK (camera <> ''),
            object TEXT NOT NULL CHECK (json_type(object) = 'object'),
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            created_by TEXT NOT NULL,
            last_seen_at TEXT CHECK (last_seen_at GLOB '????-??-??T??:??:??.???Z'),
            picture BLOB NOT NULL,                   -- JPEG of the last prompt
            mask TEXT CHECK (json_type(mask) = 'object')
        ) WITHOUT ROWID;
        """
}
