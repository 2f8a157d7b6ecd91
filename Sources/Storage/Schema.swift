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
        migrator.registerMigration("web accounts, reviews, search, follows") { db in
            try db.execute(sql: accountsAndSearch)
            // What is there already gets its words from the daemon at its next start (`unindexedIncidents`).
            try db.create(virtualTable: "incident_words", using: FTS5()) { table in
                table.synchronize(withTable: "incident_texts")
                table.tokenizer = .unicode61(diacritics: .remove)
                table.column("words")
            }
        }
        migrator.registerMigration("incident story and suppressions") { db in try db.execute(sql: incidentStory) }
        migrator.registerMigration("messages of every purpose, acknowledgements, snoozes, notices") { db in
            try db.execute(sql: newOutbox)
            try db.execute(sql: moveToNewOutbox)
            try db.execute(sql: aroundNewOutbox)
        }
        migrator.registerMigration("places of followed objects") { db in try db.execute(sql: followedPlaces) }
        migrator.registerMigration("incidents that go on") { db in
            try db.execute(sql: "CREATE INDEX incidents_ongoing ON incidents (camera) WHERE phase = 'ongoing'")
        }
        migrator.registerMigration("second factors, sessions that their owner sees") { db in
            try db.execute(sql: secondFactors)
        }
        migrator.registerMigration("rights by camera, links that only look") { db in
            try db.execute(sql: limitedAccess)
        }
        migrator.registerMigration("identities at a provider") { db in try db.execute(sql: identities) }
        migrator.registerMigration("devices that are told, limited tokens, sessions that somebody vouches for") { db in
            try db.execute(sql: pushDevices)
        }
        migrator.registerMigration("how incidents are handled") { db in try db.execute(sql: handling) }
        return migrator
    }

    // MARK: - In their order

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

    /// What a person said about an incident, and whether its clips may ever be deleted.
    private static let incidentReview = """
        ALTER TABLE incidents ADD COLUMN review TEXT CHECK (review IN ('confirmed', 'not_an_incident', 'training'));
        ALTER TABLE incidents ADD COLUMN protected INTEGER NOT NULL DEFAULT 0 CHECK (protected IN (0, 1));
        """

    /// What signing in, reviewing, searching and following need.
    private static let accountsAndSearch = """
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

    /// The second migration of incidents: life cycle, loudness, merged ones, verification; and suppressions.
    private static let incidentStory = """
        ALTER TABLE incidents ADD COLUMN stage TEXT NOT NULL DEFAULT 'confirmed'
            CHECK (stage IN ('candidate', 'confirmed', 'growing', 'ended', 'reviewed'));
        UPDATE incidents SET stage = 'ended' WHERE phase = 'ended';
        ALTER TABLE incidents ADD COLUMN rule_name TEXT;
        ALTER TABLE incidents ADD COLUMN alerting TEXT NOT NULL DEFAULT 'alarm'
            CHECK (alerting IN ('alarm', 'summary', 'silent'));
        ALTER TABLE incidents ADD COLUMN quiet_until TEXT CHECK (quiet_until GLOB '????-??-??T??:??:??.???Z');
        -- An incident that turned out to be part of an earlier one: its links lead there.
        ALTER TABLE incidents ADD COLUMN merged_into TEXT REFERENCES incidents (id) ON DELETE CASCADE;
        ALTER TABLE incidents ADD COLUMN aliases TEXT NOT NULL DEFAULT '[]' CHECK (json_type(aliases) = 'array');
        ALTER TABLE incidents ADD COLUMN second_look TEXT CHECK (json_type(second_look) = 'object');
        CREATE INDEX incidents_merged ON incidents (merged_into) WHERE merged_into IS NOT NULL;

        CREATE TABLE suppressions (                  -- "this is no incident": one rule, one place, for a time
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            camera TEXT NOT NULL CHECK (camera <> ''),
            kind TEXT,                               -- NULL: every rule
            rule_name TEXT,
            region TEXT CHECK (json_type(region) = 'array'),  -- NULL: the whole picture
            frame_width INTEGER NOT NULL,
            frame_height INTEGER NOT NULL,
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            until_at TEXT NOT NULL CHECK (until_at GLOB '????-??-??T??:??:??.???Z'),
            by_whom TEXT NOT NULL,
            incident_id TEXT REFERENCES incidents (id) ON DELETE SET NULL,
            removed_at TEXT CHECK (removed_at GLOB '????-??-??T??:??:??.???Z'),
            removed_by TEXT
        );
        CREATE INDEX suppressions_active ON suppressions (camera, until_at) WHERE removed_at IS NULL;
        """

    /// The outbox for every kind of message. SQLite can't change a table's constraints: it is made anew and filled from the
    /// old one.
    private static let newOutbox = """
        CREATE TABLE outbox_new (                    -- messages to people, in the order in which they were planned
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            idempotency_key TEXT NOT NULL UNIQUE,    -- of subject, channel, recipient and purpose; sent with each attempt
            subject TEXT NOT NULL CHECK (subject <> ''),
                                                     -- an incident's or notice's id, or the name of what recurs
            purpose TEXT NOT NULL CHECK (purpose <> ''),
            purpose_number INTEGER NOT NULL CHECK (purpose_number >= 0),
            incident_id TEXT REFERENCES incidents (id) ON DELETE SET NULL,
            channel TEXT NOT NULL CHECK (channel <> ''),
            recipient TEXT NOT NULL,                 -- number, address, chat; empty where the channel is its own
            text TEXT NOT NULL,                      -- '{token}' stands for the link's token
            link_sha256 BLOB REFERENCES links (token_sha256) ON DELETE SET NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'dead', 'cancelled')),
            attempts INTEGER NOT NULL CHECK (attempts >= 0),
            outcome_unknown INTEGER NOT NULL CHECK (outcome_unknown IN (0, 1)),
                                                     -- 1: the last attempt may have reached the provider
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            due_at TEXT CHECK (due_at GLOB '????-??-??T??:??:??.???Z'),  -- not before; NULL: at once
            next_attempt_at TEXT NOT NULL CHECK (next_attempt_at GLOB '????-??-??T??:??:??.???Z'),
            sent_at TEXT CHECK (sent_at GLOB '????-??-??T??:??:??.???Z'),
            retried_at TEXT CHECK (retried_at GLOB '????-??-??T??:??:??.???Z'),  -- by a person, after it was dead
            last_error TEXT,                         -- without secrets
            provider_id TEXT,                        -- the provider's name for a message that it only queued
            delivery TEXT CHECK (delivery IN ('accepted', 'delivered', 'failed')),
            delivery_checks INTEGER NOT NULL DEFAULT 0,
            next_check_at TEXT CHECK (next_check_at GLOB '????-??-??T??:??:??.???Z'),  -- NULL: nothing to ask
            CHECK ((state = 'sent') = (sent_at IS NOT NULL))
        );
        """

    private static let moveToNewOutbox = """
        INSERT INTO outbox_new (id, idempotency_key, subject, purpose, purpose_number, incident_id, channel,
            recipient, text, link_sha256, state, attempts, outcome_unknown, created_at, next_attempt_at, sent_at,
            last_error)
        SELECT id, idempotency_key, incident_id, 'incident', 0, incident_id, channel, recipient, text, link_sha256,
            state, attempts, outcome_unknown, created_at, next_attempt_at, sent_at, last_error
        FROM outbox ORDER BY id;
        DROP TABLE outbox;
        ALTER TABLE outbox_new RENAME TO outbox;
        """

    /// What belongs to the new outbox, and what keeps people from being told: acknowledgements, snoozes, notices.
    private static let aroundNewOutbox = """
        CREATE INDEX outbox_pending ON outbox (channel, recipient, id) WHERE state = 'pending';
        CREATE INDEX outbox_sent ON outbox (channel, recipient, sent_at) WHERE state = 'sent';
        CREATE INDEX outbox_by_incident ON outbox (incident_id, channel, recipient);
        CREATE INDEX outbox_planned ON outbox (channel, recipient, created_at) WHERE purpose = 'incident';
        CREATE INDEX outbox_unconfirmed ON outbox (next_check_at) WHERE next_check_at IS NOT NULL;

        CREATE TABLE outbox_members (                -- the incidents that a summary stands for
            message_id INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
            incident_id TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
            PRIMARY KEY (message_id, incident_id)
        ) WITHOUT ROWID;
        CREATE INDEX outbox_members_by_incident ON outbox_members (incident_id);

        CREATE TABLE acknowledgements (              -- the first one counts
            incident_id TEXT NOT NULL PRIMARY KEY REFERENCES incidents (id) ON DELETE CASCADE,
            by TEXT NOT NULL,
            at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.???Z')
        ) WITHOUT ROWID;

        CREATE TABLE snoozes (                       -- each ends by itself
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            camera TEXT CHECK (camera <> ''),        -- NULL: every one; the same for zone and kind
            zone TEXT CHECK (zone <> ''),
            kind TEXT CHECK (kind <> ''),
            mode TEXT NOT NULL CHECK (mode IN ('alerts', 'maintenance')),
            from_date TEXT NOT NULL CHECK (from_date GLOB '????-??-??T??:??:??.???Z'),
            until_date TEXT NOT NULL CHECK (until_date GLOB '????-??-??T??:??:??.???Z'),
            by TEXT NOT NULL,
            reason TEXT NOT NULL
        );
        CREATE INDEX snoozes_by_end ON snoozes (until_date);

        CREATE TABLE notices (                       -- about the installation
            id TEXT NOT NULL PRIMARY KEY,            -- ULID in lower case
            key TEXT NOT NULL CHECK (key <> ''),     -- of one key at most one is open
            kind TEXT NOT NULL CHECK (kind <> ''),
            camera TEXT CHECK (camera <> ''),
            severity TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
            detail TEXT NOT NULL CHECK (json_type(detail) = 'object'),
            text TEXT NOT NULL,
            opened_at TEXT NOT NULL CHECK (opened_at GLOB '????-??-??T??:??:??.???Z'),
            closed_at TEXT CHECK (closed_at GLOB '????-??-??T??:??:??.???Z')
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX notices_open ON notices (key) WHERE closed_at IS NULL;
        CREATE INDEX notices_by_date ON notices (opened_at);

        CREATE TABLE daemon_requests (               -- from the command line to the running daemon
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL CHECK (name <> ''),
            camera TEXT CHECK (camera <> ''),
            requested_at TEXT NOT NULL CHECK (requested_at GLOB '????-??-??T??:??:??.???Z'),
            taken_at TEXT CHECK (taken_at GLOB '????-??-??T??:??:??.???Z'),
            incident_id TEXT,
            error TEXT
        );
        CREATE INDEX daemon_requests_new ON daemon_requests (id) WHERE taken_at IS NULL;
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

    private static let identities = """
        CREATE TABLE identities (                    -- who an account is at an identity provider
            issuer TEXT NOT NULL CHECK (issuer <> ''),
            subject TEXT NOT NULL CHECK (subject <> ''),
            user_name TEXT NOT NULL COLLATE NOCASE REFERENCES users (name) ON DELETE CASCADE,
            PRIMARY KEY (issuer, subject),
            UNIQUE (issuer, user_name)
        ) WITHOUT ROWID;
        """

    private static let limitedAccess = """
        ALTER TABLE users ADD COLUMN cameras TEXT CHECK (json_type(cameras) = 'array');  -- NULL: sees every camera
        -- Links of alerts act; links that people share do so only where they say so.
        ALTER TABLE links ADD COLUMN may_act INTEGER NOT NULL DEFAULT 1 CHECK (may_act IN (0, 1));
        """

    private static let pushDevices = """
        CREATE TABLE push_devices (                  -- browsers on which an account wants to be told (Web Push)
            id TEXT NOT NULL PRIMARY KEY,            -- made from the address
            user_name TEXT NOT NULL COLLATE NOCASE REFERENCES users (name) ON DELETE CASCADE,
            endpoint TEXT NOT NULL UNIQUE,           -- where the browser's push service takes messages
            public_key BLOB NOT NULL CHECK (length(public_key) = 65),    -- the browser's
            auth_secret BLOB NOT NULL CHECK (length(auth_secret) = 16),
            server_key BLOB NOT NULL CHECK (length(server_key) = 65),    -- ours, which the push service knows
            browser TEXT NOT NULL,
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            sent_at TEXT CHECK (sent_at GLOB '????-??-??T??:??:??.???Z')
        ) WITHOUT ROWID;
        CREATE INDEX push_devices_by_user ON push_devices (user_name);

        ALTER TABLE api_tokens ADD COLUMN cameras TEXT CHECK (json_type(cameras) = 'array');  -- NULL: sees every camera
        -- 1: a trusted proxy or an identity provider has said who it is.
        ALTER TABLE sessions ADD COLUMN vouched_for INTEGER NOT NULL DEFAULT 0 CHECK (vouched_for IN (0, 1));
        """

    private static let handling = """
        CREATE TABLE incident_handling (             -- where an incident stands; no row: open, and nobody's
            incident_id TEXT NOT NULL PRIMARY KEY REFERENCES incidents (id) ON DELETE CASCADE,
            state TEXT NOT NULL CHECK (state IN ('open', 'on_the_way', 'clearing', 'cleared', 'false_alarm')),
            by TEXT,                                 -- who brought it there; NULL: nobody yet
            at TEXT CHECK (at GLOB '????-??-??T??:??:??.???Z'),
            assignee TEXT CHECK (assignee <> ''),    -- NULL: nobody's
            CHECK ((by IS NULL) = (at IS NULL))
        ) WITHOUT ROWID;

        CREATE TABLE handling_steps (                -- what people did, in its order; never changed
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            incident_id TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
            at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.???Z'),
            who TEXT NOT NULL CHECK (who <> ''),
            way TEXT NOT NULL CHECK (way <> ''),     -- page, link, sms, …
            action TEXT NOT NULL CHECK (action <> ''),
            text TEXT NOT NULL
        );
        CREATE INDEX handling_steps_by_incident ON handling_steps (incident_id, id);

        CREATE TABLE handling_photos (               -- apart: a step is read often, its picture seldom
            step_id INTEGER NOT NULL PRIMARY KEY REFERENCES handling_steps (id) ON DELETE CASCADE,
            jpeg BLOB NOT NULL
        );

        CREATE TABLE taken_answers (                 -- messages from people that were obeyed: a repetition does nothing
            key TEXT NOT NULL PRIMARY KEY CHECK (key <> ''),
            at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.???Z')
        ) WITHOUT ROWID;
        CREATE INDEX taken_answers_by_date ON taken_answers (at);

        INSERT INTO incident_handling (incident_id, state, by, at)
        SELECT incident_id, 'false_alarm', reviewed_by, reviewed_at FROM incident_reviews
        JOIN incidents ON incidents.id = incident_id WHERE review = 'not_an_incident';

        -- Of an escalation: what makes it needless. NULL is "acknowledged".
        ALTER TABLE outbox ADD COLUMN unless TEXT CHECK (unless IN ('acknowledged', 'on_the_way', 'cleared'));
        """

    private static let secondFactors = """
        ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
        ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';

        CREATE TABLE second_factors (
            user_name TEXT NOT NULL PRIMARY KEY COLLATE NOCASE REFERENCES users (name) ON DELETE CASCADE,
            sealed BLOB NOT NULL,                    -- the secret, by the key in the file beside the database
            begun_at TEXT NOT NULL CHECK (begun_at GLOB '????-??-??T??:??:??.???Z'),
            confirmed_at TEXT CHECK (confirmed_at GLOB '????-??-??T??:??:??.???Z'),  -- NULL: does not count yet
            last_step INTEGER NOT NULL               -- of the last code that was taken: no older one opens again
        ) WITHOUT ROWID;

        CREATE TABLE recovery_codes (
            code_sha256 BLOB NOT NULL PRIMARY KEY CHECK (length(code_sha256) = 32),
            user_name TEXT NOT NULL COLLATE NOCASE REFERENCES users (name) ON DELETE CASCADE,
            used_at TEXT CHECK (used_at GLOB '????-??-??T??:??:??.???Z')
        ) WITHOUT ROWID;
        CREATE INDEX recovery_codes_by_user ON recovery_codes (user_name);
        """
}
