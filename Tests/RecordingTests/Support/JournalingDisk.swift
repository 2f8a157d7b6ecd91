import Domain
import Foundation
import Media
import Synchronization

/// The machine's disk, with a journal of all that was done to it and of the clips' rows at each moment, for the crash
/// simulator.
final class JournalingDisk: ClipFileSystem {
    enum Operation: Sendable {
        case makeFolder(String)
        case syncFolder(String)
        /// `file` tells two files of one name apart.
        case create(String, file: Int)
        case write(file: Int, bytes: [UInt8])
        case sync(file: Int)
        case truncate(String, bytes: Int)
        case rename(String, to: String)
        case remove(String)
    }

    struct Step: Sendable {
        var operation: Operation
        /// The clips' rows just before and just after it.
        var before: [Clip]
        var after: [Clip]
    }

    private struct State {
        var steps: [Step] = []
        var files = 0
    }

    private let real = LocalFileSystem()
    private let rows: @Sendable () -> [Clip]
    private let state = Mutex(State())

    init(rows: @escaping @Sendable () -> [Clip]) { self.rows = rows }

    var steps: [Step] { state.withLock { $0.steps } }

    /// One operation at a time, so that the journal's order is the true one.
    private func note<Result>(_ operation: Operation, _ body: () throws -> Result) throws -> Result {
        try state.withLock { state in
            let before = rows()
            let result = try body()
            state.steps.append(Step(operation: operation, before: before, after: rows()))
            return result
        }
    }

    func exists(_ path: String) -> Bool { real.exists(path) }

    func makeFolder(_ path: String) throws { try note(.makeFolder(path)) { try real.makeFolder(path) } }

    func syncFolder(_ path: String) throws { try note(.syncFolder(path)) { try real.syncFolder(path) } }

    func create(_ path: String, exclusively: Bool) throws -> any ClipFileHandle {
        let number = state.withLock { state in
            state.files += 1
            return state.files
        }
        let handle = try note(.create(path, file: number)) { try Shared(real.create(path, exclusively: exclusively)) }
        return Handle(real: handle.value, file: number, disk: self)
    }

    private struct Shared: @unchecked Sendable {
        let value: any ClipFileHandle
        init(_ value: any ClipFileHandle) { self.value = value }
    }

    func truncate(_ path: String, to bytes: Int64) throws {
        try note(.truncate(path, bytes: Int(bytes))) { try real.truncate(path, to: bytes) }
    }

    func rename(_ from: String, to: String) throws {
        try note(.rename(from, to: to)) { try real.rename(from, to: to) }
    }

    func remove(_ path: String) throws { try note(.remove(path)) { try real.remove(path) } }

    func space(_ path: String) throws -> DiskSpace { try real.space(path) }

    private final class Handle: ClipFileHandle {
        private let real: any ClipFileHandle
        private let file: Int
        private let disk: JournalingDisk

        init(real: any ClipFileHandle, file: Int, disk: JournalingDisk) {
            self.real = real
            self.file = file
            self.disk = disk
        }

        func write(_ bytes: [UInt8]) throws {
            try disk.note(.write(file: file, bytes: bytes)) { try real.write(bytes) }
        }

        func syncData() throws { try disk.note(.sync(file: file)) { try real.syncData() } }

        func sync() throws { try disk.note(.sync(file: file)) { try real.sync() } }

        func close() { real.close() }
    }
}
