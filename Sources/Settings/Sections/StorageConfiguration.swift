import Foundation

/// `storage`: where the daemon keeps what survives a restart.
public struct StorageConfiguration: Hashable, Sendable {
    /// The state directory. Default: `$STATE_DIRECTORY` (set by systemd), else `$XDG_STATE_HOME/aislewatch`, else
    /// `~/.local/state/aislewatch`, else `/var/lib/aislewatch`.
    public var directory: URL

    /// The SQLite database. It must lie on a local disk.
    public var database: URL { directory.appending(path: "aislewatch.sqlite") }

    public init(environment: [String: String] = [:]) {
        directory = Self.defaultDirectory(environment)
    }

    init(reading section: Section) {
        directory = section.path("directory") ?? Self.defaultDirectory(section.context.environment)
        section.finish()
    }

    private static func defaultDirectory(_ environment: [String: String]) -> URL {
        func value(_ name: String) -> URL? {
            environment[name].flatMap { $0.hasPrefix("/") ? URL(filePath: $0) : nil }
        }
        // systemd may list several directories; the first is the unit's main one.
        if let list = environment["STATE_DIRECTORY"], let first = list.split(separator: ":").first, first.hasPrefix("/")
        {
            return URL(filePath: String(first))
        }
        if let state = value("XDG_STATE_HOME") { return state.appending(path: "aislewatch") }
        if let home = value("HOME") { return home.appending(path: ".local/state/aislewatch") }
        return URL(filePath: "/var/lib/aislewatch")
    }
}
