import Crypto
public import Domain
import Foundation
internal import GRDB
import Synchronization

/// The database: incidents, clips, links and the outbox, in one SQLite file.
///
/// What may wait for the disk is called on a thread that may wait: asynchronous code goes through ``perform(_:)``, code that
/// has a thread of its own (and the command line) through ``blocking``. A call that returns has its rows on the disk
/// (write-ahead log, `synchronous=FULL`).
public final class Store: Sendable {
    /// Where the database lies.
    public let path: String
    let pool: DatabasePool
    let clock: any WallClock
    let signals: StoreSignals
    let linkKey: LinkKey
    /// More than the database can serve at once, so that a reader need not wait for writers that wait for each other.
    private let work = BlockingWork("database", maxThreads: 8)

    /// Opens the database and brings it to this version's schema.
    /// - Parameters:
    ///   - path: The file; it and its folder are made when missing. A key for links is kept beside it (`<path>.key`).
    ///   - clock: Dates new rows and judges whether a link has expired.
    ///   - createIfMissing: False for a reader that must not leave an empty database behind a mistyped path.
    ///   - diskKind: Of the file system that a path lies on.
    /// - Throws: ``StorageError``.
    public convenience init(
        path: String, clock: any WallClock, createIfMissing: Bool = true,
        diskKind: (String) -> DiskKind = DiskKind.init(path:)
    ) throws {
        try self.init(
            path: path, clock: clock, createIfMissing: createIfMissing, diskKind: diskKind, onStatement: nil)
    }

    /// - Parameter onStatement: Is told each statement in SQL, for tests that count them.
    package init(
        path: String, clock: any WallClock, createIfMissing: Bool = true,
        diskKind: (String) -> DiskKind = DiskKind.init(path:), onStatement: (@Sendable (String) -> Void)?
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
        if let onStatement {
            configuration.prepareDatabase { db in db.trace(options: .statement) { onStatement("\($0)") } }
        }
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
            signals = StoreSignals(path: path)
        } catch let error as StorageError {
            throw error
        } catch {
            throw Self.opening(error, path)
        }
    }

    /// Runs calls of the database on a thread that may wait, so that the caller's is free meanwhile. Several calls in one
    /// `body` are several transactions.
    public func perform<Result: Sendable, Failure: Error>(
        _ body: @escaping @Sendable (StoreAccess) throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await work.run { [self] () throws(Failure) in try body(StoreAccess(store: self)) }
    }

    /// The calls themselves, for code on a thread that may wait. In debug builds a call on Swift's pool ends the program.
    @available(*, noasync, message: "use perform, which does not hold a thread of Swift's pool")
    public var blocking: StoreAccess { StoreAccess(store: self) }

    /// For tests, which look at the database and have nothing else to do meanwhile.
    package var unwatched: StoreAccess { StoreAccess(store: self, isWatched: false) }

    /// Gets an element after each change of the topic, by this process or another one; several changes that nobody has seen
    /// yet count once, and one may come without a change. Ask for it before looking at the rows, so that nothing slips in
    /// between.
    public func changes(of topic: StoreTopic) -> AsyncStream<Void> { signals.stream(of: topic) }

    /// Wakes those in this process who wait for a change of the topic.
    public func signal(_ topic: StoreTopic) { signals.wake(topic) }

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

/// The database's calls. Each may wait for the disk.
///
/// It comes from ``Store/perform(_:)`` or ``Store/blocking`` and is not kept for later.
public struct StoreAccess: Sendable {
    let store: Store
    var isWatched = true

    var pool: DatabasePool { store.pool }
    var clock: any WallClock { store.clock }
    var linkKey: LinkKey { store.linkKey }
    /// Where the database lies.
    public var path: String { store.path }

    func signal(_ topic: StoreTopic) { store.signals.notify(topic) }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        if isWatched { BlockingWork.assertMayBlock("a read of the database") }
        do { return try pool.read(body) } catch { throw translated(error) }
    }

    /// One transaction: all of it, or nothing.
    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        if isWatched { BlockingWork.assertMayBlock("a write of the database") }
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
}
