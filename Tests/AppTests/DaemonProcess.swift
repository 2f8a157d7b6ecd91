import Foundation
import Synchronization

/// `aislewatch run` as a process of its own, ended with the last reference.
final class DaemonProcess: Sendable {
    private let process: Process
    private let output = Mutex(Data())
    private let (chunks, chunk) = AsyncStream<Void>.makeStream()
    private let (ended, end) = AsyncStream<Void>.makeStream()

    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: DaemonSite.executable.path) }

    convenience init(_ file: URL) throws {
        try self.init(DaemonSite.executable, ["run", "--config", file.path])
    }

    /// - Parameter program: What runs the daemon, as the process that it was started as.
    init(_ program: URL, _ arguments: [String]) throws {
        process = Process()
        process.executableURL = program
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        process.terminationHandler = { [end] _ in end.finish() }
        pipe.fileHandleForReading.readabilityHandler = { [weak self, chunk] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.output.withLock { $0 += data }
            if data.isEmpty { chunk.finish() } else { chunk.yield() }
        }
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// All that it has printed so far.
    var text: String { output.withLock { String(decoding: $0, as: UTF8.self) } }

    var isRunning: Bool { process.isRunning }

    /// Returns when it has printed `part`, so many times, or has ended.
    func wait(for part: String, times: Int = 1) async {
        func isThere() -> Bool { text.components(separatedBy: part).count > times }
        if isThere() { return }
        for await _ in chunks where isThere() { return }
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// - Returns: how long it took from the signal to the end, in seconds.
    func terminate() async -> Double {
        let began = ContinuousClock.now
        process.terminate()
        for await _ in ended {}
        return (ContinuousClock.now - began) / .seconds(1)
    }

    /// The exit status; negative the number of the signal that ended it.
    var status: Int32 {
        process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}
