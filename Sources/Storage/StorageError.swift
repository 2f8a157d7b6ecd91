/// Why the database could not do what was asked. One clear line each; no values from the rows (they hold telephone
/// numbers), no SQL.
public enum StorageError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no database at the path, and none was to be made.
    case missing(path: String)
    /// The file or its folder can't be opened, made or written.
    case cannotOpen(path: String, reason: String)
    /// The file is no SQLite database, or another program's.
    case notOurs(path: String)
    /// A later version of the program has written this database.
    case newer(path: String, unknownMigrations: [String])
    /// The database is damaged, or a row holds what this program never wrote.
    case damaged(reason: String)
    /// No room on the disk.
    case diskFull(path: String)
    /// Another process held the database for too long.
    case busy(path: String)
    /// A daemon works with this database.
    case inUse(path: String)
    /// The database would lie on another machine's disk.
    case remote(path: String, kind: String)
    /// There is no such row.
    case notFound(what: String)
    /// A rule of the schema was broken: for example a clip for an unknown incident.
    case refused(reason: String)
    /// Anything else that SQLite reported.
    case failed(reason: String)

    public var description: String {
        switch self {
        case .missing(let path):
            "there is no database at \(path): start `aislewatch run` once, or check storage.database"
        case .cannotOpen(let path, let reason):
            "the database \(path) can't be opened (\(reason)): check the path and that this user may write there"
        case .notOurs(let path):
            "\(path) is not an Aislewatch database: choose another path for storage.database"
        case .newer(let path, let unknown):
            "the database \(path) was written by a newer version (it has \(unknown.joined(separator: ", "))): "
                + "install that version, or point storage.database at another file"
        case .damaged(let reason):
            "the database is damaged (\(reason)): restore it from a backup"
        case .diskFull(let path):
            "no room on the disk of the database \(path): free some space"
        case .busy(let path):
            "the database \(path) is held by another process: try again, or end that process"
        case .inUse(let path):
            "a daemon is running with the database \(path): stop it first (systemctl stop aislewatch)"
        case .remote(let path, let kind):
            "the database \(path) would lie on \(kind), where SQLite's locks and write-ahead log are not reliable and "
                + "rows get lost: set storage.directory to a local disk (clips may stay where they are)"
        case .notFound(let what):
            "there is no \(what)"
        case .refused(let reason):
            "the database refused a row: \(reason)"
        case .failed(let reason):
            "the database failed: \(reason)"
        }
    }
}
