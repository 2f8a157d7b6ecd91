internal import GRDB

/// The numbered migrations. One that was released is never changed: a later one is added.
enum Schema {
    /// SQLite's `application_id` of our databases: "ASLW".
    static let applicationID = 0x4153_4C57

    static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: v1)
        }
        migrator.registerMigration("incidents: review and protection") { db in
            try db.execute(sql: incidentReview)
        }
        registerWeb(&migrator)
        migrator.registerMigration("incident story and suppressions") { db in try db.execute(sql: incidentStory) }
        migrator.registerMigration(AlertsSchema.migration) { db in try AlertsSchema.migrate(db) }
        migrator.registerMigration("places of followed objects") { db in try db.execute(sql: followedPlaces) }
        return migrator
    }

    /// What a person said about an incident, and whether its clips may ever be deleted.
    private static let incidentReview = """
        ALTER TABLE incidents ADD COLUMN review TEXT CHECK (review IN ('confirmed', 'not_an_incident', 'training'));
        ALTER TABLE incidents ADD COLUMN protected INTEGER NOT NULL DEFAULT 0 CHECK (protected IN (0, 1));
        """

    /// Apart from the object's picture: a place changes often, and a row is written whole.
    private static let followedPlaces = """
        CREATE TABLE followed_places (
            object_id TEXT NOT NULL PRIMARY KEY REFERENCES followed_objects (id) ON DELETE CASCADE,
            region TEXT NOT NULL CHECK (json_type(region) = 'array'),
            frame_width INTEGER NOT NULL CHECK (frame_width > 0),
            frame_height INTEGER NOT NULL CHECK (frame_height > 0),
            seen_at TEXT NOT NULL CHECK (seen_at GLOB '????-??-??T??:??:??.???Z')
        ) WITHOUT ROWID;
        """

    /// What SQLite keeps of this text (comments included) is shown by `.schema`.
    static let v1 = """
        CREATE TABLE incidents (
            id TEXT NOT NULL PRIMARY KEY,            -- ULID in lower case: sorts by time
            camera TEXT NOT NULL CHECK (camera <> ''),
            kind TEXT NOT NULL CHECK (kind <> ''),   -- the kind confirmed first
            kinds TEXT NOT NULL CHECK (json_type(kinds) = 'array'),
                                                     -- all kinds, the primary one first
            phase TEXT NOT NULL CHECK (phase IN ('ongoing', 'ended')),
            severity TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
            -- Time of day, UTC.
            start_date TEXT NOT NULL CHECK (start_date GLOB '????-??-??T??:??:??.???Z'),
            end_date TEXT NOT NULL CHECK (end_date GLOB '????-??-??T??:??:??.???Z'),
            confirmed_date TEXT NOT NULL CHECK (confirmed_date GLOB '????-??-??T??:??:??.???Z'),
            -- The same moments on the camera's time line: epoch (connection) and units of 1/90000 s.
            start_epoch INTEGER NOT NULL CHECK (start_epoch >= 0),
            start_pts90k INTEGER NOT NULL,
            end_epoch INTEGER NOT NULL CHECK (end_epoch >= 0),
            end_pts90k INTEGER NOT NULL,
            confirmed_epoch INTEGER NOT NULL CHECK (confirmed_epoch >= 0),
            confirmed_pts90k INTEGER NOT NULL,
            -- What it covered, in pixels of a picture of frame_width x frame_height.
            region_x INTEGER NOT NULL,
            region_y INTEGER NOT NULL,
            region_width INTEGER NOT NULL CHECK (region_width >= 0),
            region_height INTEGER NOT NULL CHECK (region_height >= 0),
            frame_width INTEGER NOT NULL CHECK (frame_width >= 0),
            frame_height INTEGER NOT NULL CHECK (frame_height >= 0),
            facts TEXT NOT NULL CHECK (json_type(facts) = 'object'),       -- measured facts a text may state
            evidence TEXT NOT NULL CHECK (json_type(evidence) = 'array'),  -- measured values beside their thresholds
            tracks TEXT NOT NULL CHECK (json_type(tracks) = 'array')       -- numbers of the tracks judged
        ) WITHOUT ROWID;
        CREATE INDEX incidents_by_date ON incidents (start_date);
        CREATE INDEX incidents_by_camera ON incidents (camera, start_date);

        CREATE TABLE clips (
            id TEXT NOT NULL PRIMARY KEY,            -- ULID in lower case, and the file's name
            camera TEXT NOT NULL CHECK (camera <> ''),
            state TEXT NOT NULL CHECK (state IN ('recording', 'finished', 'tombstone')),
            path TEXT NOT NULL UNIQUE CHECK (path <> '' AND path NOT LIKE '/%'),  -- below the clip root
            start_date TEXT NOT NULL CHECK (start_date GLOB '????-??-??T??:??:??.???Z'),
            start_epoch INTEGER NOT NULL CHECK (start_epoch >= 0),
            start_pts90k INTEGER NOT NULL,
            duration_seconds REAL NOT NULL CHECK (duration_seconds >= 0),         -- 0 while unknown
            pre_roll_seconds REAL NOT NULL CHECK (pre_roll_seconds >= 0),         -- achieved, not asked for
            bytes INTEGER CHECK (bytes >= 0),
            sha256 TEXT CHECK (sha256 IS NULL OR (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*')),
            CHECK (state <> 'finished' OR (bytes IS NOT NULL AND sha256 IS NOT NULL))
        ) WITHOUT ROWID;
        CREATE INDEX clips_unfinished ON clips (state) WHERE state <> 'finished';

        CREATE TABLE clip_incidents (                -- many to many
            clip_id TEXT NOT NULL REFERENCES clips (id) ON DELETE CASCADE,
            incident_id TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
            PRIMARY KEY (clip_id, incident_id)
        ) WITHOUT ROWID;
        CREATE INDEX clip_incidents_by_incident ON clip_incidents (incident_id);

        CREATE TABLE links (                         -- pages without sign-in, for one incident each
            token_sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(token_sha256) = 32),  -- the token itself is not here
            nonce BLOB NOT NULL CHECK (length(nonce) = 24),  -- gives the token together with the key file's key
            incident_id TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            expires_at TEXT NOT NULL CHECK (expires_at GLOB '????-??-??T??:??:??.???Z')
        ) WITHOUT ROWID;
        CREATE INDEX links_by_incident ON links (incident_id);

        CREATE TABLE outbox (                        -- messages to people, in the order in which they were planned
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            idempotency_key TEXT NOT NULL UNIQUE,    -- sent along with each attempt
            incident_id TEXT NOT NULL REFERENCES incidents (id),
            channel TEXT NOT NULL CHECK (channel <> ''),
            recipient TEXT NOT NULL,                 -- telephone number; empty where the channel is its own recipient
            text TEXT NOT NULL,                      -- '{token}' stands for the link's token
            link_sha256 BLOB REFERENCES links (token_sha256) ON DELETE SET NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'dead')),
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            outcome_unknown INTEGER NOT NULL CHECK (outcome_unknown IN (0, 1)),
                                                     -- 1: the last attempt may have reached the provider
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            next_attempt_at TEXT NOT NULL CHECK (next_attempt_at GLOB '????-??-??T??:??:??.???Z'),
            sent_at TEXT CHECK (sent_at GLOB '????-??-??T??:??:??.???Z'),
            last_error TEXT,                         -- without secrets
            UNIQUE (incident_id, channel, recipient),
            CHECK ((state = 'sent') = (sent_at IS NOT NULL))
        );
        CREATE INDEX outbox_pending ON outbox (channel, recipient, id) WHERE state = 'pending';
        CREATE INDEX outbox_sent ON outbox (channel, recipient, sent_at) WHERE state = 'sent';
        """
}
