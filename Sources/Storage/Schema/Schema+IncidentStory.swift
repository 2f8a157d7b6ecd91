extension Schema {
    /// The second migration of incidents: life cycle, loudness, merged ones, the second look; and suppressions.
    static let incidentStory = """
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
}
