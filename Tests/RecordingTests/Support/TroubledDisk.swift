import Domain
import Foundation
import Media
import Synchronization

/// The machine's disk with the troubles that sites have, switched on and off by the test.
final class TroubledDisk: ClipFileSystem {
    enum Trouble: Sendable {
        case none
        /// Each operation below the path fails with this `errno`.
        case fails(below: String, code: Int32)
        /// Each operation below the path waits until the trouble is another.
        case hangs(below: String)
    }

    private let real = LocalFileSystem()
    private struct State {
        var trouble = Trouble.none
        var availableBytes: Int64?
        var hanging = 0
        var fillsUpAtEnd = false
        var failures = 0
    }

    private let state = Mutex(State())
    private let condition = NSCondition()

    var trouble: Trouble {
        get { state.withLock { $0.trouble } }
        set {
            condition.lock()
            state.withLock { $0.trouble = newValue }
            condition.broadcast()
            condition.unlock()
        }
    }

    /// The disk is full from the moment on at which a video is to be synced for the last time.
    var fillsUpAtEnd: Bool {
        get { state.withLock { $0.fillsUpAtEnd } }
        set { state.withLock { $0.fillsUpAtEnd = newValue } }
    }

    /// Operations that failed.
    var failures: Int { state.withLock { $0.failures } }

    /// What `space` says is free; nil asks the machine.
    var availableBytes: Int64? {
        get { state.withLock { $0.availableBytes } }
        set { state.withLock { $0.availableBytes = newValue } }
    }

    /// Returns when an operation hangs.
    func waitUntilHanging() {
        condition.lock()
        while state.withLock({ $0.hanging == 0 }) { condition.wait() }
        condition.unlock()
    }

    private func suffer(_ path: String) throws {
        condition.lock()
        defer { condition.unlock() }
        while case .hangs(let below) = state.withLock({ $0.trouble }), path.hasPrefix(below) {
            state.withLock { $0.hanging += 1 }
            condition.broadcast()
            condition.wait()
            state.withLock { $0.hanging -= 1 }
        }
        if case .fails(let below, let code) = state.withLock({ $0.trouble }), path.hasPrefix(below) {
            state.withLock { $0.failures += 1 }
            throw FileFailure(path: path, code: code)
        }
    }

    private func sync(_ path: String) throws {
        if path.hasSuffix(".mp4.part"), fillsUpAtEnd {
            trouble = .fails(below: URL(filePath: path).deletingLastPathComponent().path, code: ENOSPC)
        }
        try suffer(path)
    }

    func exists(_ path: String) -> Bool { real.exists(path) }

    func makeFolder(_ path: String) throws {
        try suffer(path)
        try real.makeFolder(path)
    }

    func syncFolder(_ path: String) throws {
        try suffer(path)
        try real.syncFolder(path)
    }

    func create(_ path: String, exclusively: Bool) throws -> any ClipFileHandle {
        try suffer(path)
        return Handle(real: try real.create(path, exclusively: exclusively), path: path, disk: self)
    }

    func truncate(_ path: String, to bytes: Int64) throws {
        try suffer(path)
        try real.truncate(path, to: bytes)
    }

    func rename(_ from: String, to: String) throws {
        try suffer(to)
        try real.rename(from, to: to)
    }

    func remove(_ path: String) throws {
        try suffer(path)
        try real.remove(path)
        // A deleted video gives its bytes back.
        if path.hasSuffix(".mp4") { state.withLock { $0.availableBytes? += 1_000 } }
    }

    func space(_ path: String) throws -> DiskSpace {
        if let bytes = availableBytes { return DiskSpace(availableBytes: bytes, totalBytes: 1 << 40) }
        return try real.space(path)
    }

    private final class Handle: ClipFileHandle {
        private let real: any ClipFileHandle
        private let path: String
        private let disk: TroubledDisk

        init(real: any ClipFileHandle, path: String, disk: TroubledDisk) {
            self.real = real
            self.path = path
            self.disk = disk
        }

        func write(_ bytes: [UInt8]) throws {
            try disk.suffer(path)
            try real.write(bytes)
        }

        func syncData() throws {
            try disk.suffer(path)
            try real.syncData()
        }

        func sync() throws {
            try disk.sync(path)
            try real.sync()
        }

        func close() { real.close() }
    }
}
