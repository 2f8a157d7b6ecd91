import Crypto
import Dispatch
public import Domain
import Foundation
internal import GRDB
import Synchronization

/// The database: incidents, clips, links and the outbox, in one SQLite file.
///
/// Every call is synchronous and may wait for the disk; it can be made from any thread. Asynchronous code that must not
/// hold a thread of the cooperative pool goes through ``perform(_:)``. A call that returns has its rows on the disk
/// (write-ahead log, `synchronous=FULL`).
public final class Store: Sendable {
    /// Where the database lies.
    public let path: String
    let pool: DatabasePool
    let clock: any WallClock
    let outboxSignals = OutboxSignals()
    let linkKey: LinkKey
    private let queue = DispatchQueue(label: "aislewatch.storage", attributes: .concurrent)

    /// Opens the database and brings it to this version's schema.
    /// - Parameters:
    ///   - path: The file; it and its folder are made when missing. A key for links is kept beside it (`<path>.key`).
    ///   - clock: Dates new rows and judges whether a link has expired.
    ///   - createIfMissing: False for a reader that must not leave an empty database behind a mistyped path.
    ///   - diskKind: Of the file system that a path lies on.
    /// - Throws: ``StorageError``.
    public init(
        path: String, clock: any WallClock, createIfMissing: Bool = true,
        diskKind: (String) -> DiskKind = DiskKind.init(path:)
    ) throws {
        self.path = path
        self.clock = clock
        linkKey = LinkKey(path: path + ".key")
        if case .network(let kind) = diskKind(StoreFile.nearestExisting(path)) {
            throw StorageError.remote(path: path, kind: kind)
        }
        try StoreFile.prepare(path, create: createIfMissing)

        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 3
        configuration.label = "aislewatch.storage"
        do {
            pool = try StoreFile.alone(beside: path) {
                try StoreFile.checkOwner(path)
                let pool = try DatabasePool(path: path, configuration: configuration)
                // Not in `prepareDatabase`: the pool sets NORMAL after it, which loses committed rows on a power cut.
                try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
                let migrator = Schema.migrator()
                try MigrationBackup.makeIfNeeded(pool, path: path, migrator: migrator, now: clock.now())
                try migrator.migrate(pool)
                return pool
            }
        } catch let error as StorageError {
            throw error
        } catch {
            throw Self.opening(error, path)
        }
    }

    /// Runs blocking calls on a thread of the store's own, so that the caller's is free meanwhile.
    public func perform<Result: Sendable>(
        _ body: @escaping @Sendable (Store) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body(self) }) }
        }
    }

    // MARK: - Access for the other files

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        do { return try pool.read(body) } catch { throw translated(error) }
    }

    /// One transaction: all of it, or nothing.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        do { return try pool.write(body) } catch { throw translated(error) }
    }

    /// SQLite's errors as ours; others, such as a router's, as they are.
    private func translated(_ error: any Error) -> any Error {
        if let error = error as? DatabaseError {
            let reason = error.message ?? error.resultCode.description
            return switch error.resultCode {
            case .SQLITE_FULL: StorageError.diskFull(path: path)
            case .SQLITE_BUSY, .SQLITE_LOCKED: StorageError.busy(path: path)
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: StorageError.damaged(reason: reason)
            case .SQLITE_CONSTRAINT: StorageError.refused(reason: reason)
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_IOERR:
                StorageError.cannotOpen(path: path, reason: reason)
            default: StorageError.failed(reason: reason)
            }
        }
        if error is RowDecodingError { return StorageError.damaged(reason: "a row could not be read") }
        return error
    }

    private static func opening(_ error: any Error, _ path: String) -> StorageError {
        guard let error = error as? DatabaseError else {
            return .cannotOpen(path: path, reason: String(describing: error))
        }
        return switch error.resultCode {
        case .SQLITE_NOTADB: .notOurs(path: path)
        case .SQLITE_CORRUPT: .damaged(reason: error.message ?? "corrupt")
        case .SQLITE_FULL: .diskFull(path: path)
        case .SQLITE_BUSY: .busy(path: path)
        default: .cannotOpen(path: path, reason: error.message ?? error.resultCode.description)
        }
    }
}
