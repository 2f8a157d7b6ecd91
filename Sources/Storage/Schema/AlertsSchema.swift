internal import GRDB

/// The outbox for every kind of message, and what keeps people from being told: acknowledgements, snoozes, notices.
enum AlertsSchema {
    static let migration = "messages of every purpose, acknowledgements, snoozes, notices"

    /// SQLite can't change a table's constraints: the outbox is made anew and filled from the old one.
    static func migrate(_ db: Database) throws {
        try db.execute(sql: outbox)
        try db.execute(
            sql: """
                INSERT INTO outbox_new (id, idempotency_key, subject, purpose, purpose_number, incident_id, channel,
                    recipient, text, link_sha256, state, attempts, outcome_unknown, created_at, next_attempt_at, sent_at,
                    last_error)
                SELECT id, idempotency_key, incident_id, 'incident', 0, incident_id, channel, recipient, text, link_sha256,
                    state, attempts, outcome_unknown, created_at, next_attempt_at, sent_at, last_error
                FROM outbox ORDER BY id
                """)
        try db.execute(sql: "DROP TABLE outbox")
        try db.execute(sql: "ALTER TABLE outbox_new RENAME TO outbox")
        try db.execute(sql: indexesAndOthers)
    }

    private static let outbox = """
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

    private static let indexesAndOthers = """
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
}
