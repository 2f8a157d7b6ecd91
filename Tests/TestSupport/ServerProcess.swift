import Foundation
import Glibc
import Synchronization

/// A server of the tests as a process of its own: waits for the line that says it is ready, and keeps what it prints.
public final class ServerProcess: Sendable {
    private struct State {
        var lines: [String] = []
        var rest = Data()
        var hasEnded = false
        var watchers: [(part: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let process: Process
    private let input = Pipe()
    private let state = Mutex(State())

    public struct NotReady: Error, CustomStringConvertible {
        public let description: String
    }

    /// - Parameter arguments: The program and its arguments. It must end when its standard input does, or when it is told to.
    public init(_ arguments: [String]) throws {
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        process.terminationHandler = { [weak self] _ in self?.end() }
        try process.run()
        output.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.take(data)
        }
    }

    /// All lines so far.
    public var lines: [String] { state.withLock { $0.lines } }

    /// Returns once `count` lines hold `part`.
    /// - Throws: ``NotReady`` when the process ends before, or when the test has run out of time.
    public func wait(for part: String, count: Int = 1) async throws {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state -> Bool in
                    if state.hasEnded || Task.isCancelled { return true }
                    if state.lines.count(where: { $0.contains(part) }) >= count { return true }
                    state.watchers.append((part, count, continuation))
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                defer { state.watchers = [] }
                return state.watchers
            }
            for watcher in waiting { watcher.continuation.resume() }
        }
        let lines = lines
        guard lines.count(where: { $0.contains(part) }) >= count else {
            throw NotReady(
                description: "the server ended, or did not say “\(part)”: \(lines.suffix(5).joined(separator: " / "))")
        }
    }

    /// Lets it stand still, as a machine that hangs: its connections stay open, and nothing answers.
    public func freeze() {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGSTOP) }
    }

    /// Ends it at once, as a power cut would.
    public func kill() {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    deinit {
        if process.isRunning { process.terminate() }
    }

    /// What it said last may still be on its way; whoever waits has waited long enough for it.
    private func end() {
        DispatchQueue.global().asyncAfter(deadline: .now() + 2) { [weak self] in self?.take(Data()) }
    }

    private func take(_ data: Data) {
        let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.rest += data
            while let end = state.rest.firstIndex(of: UInt8(ascii: "\n")) {
                state.lines.append(String(decoding: state.rest[..<end], as: UTF8.self))
                state.rest = Data(state.rest[state.rest.index(after: end)...])
            }
            state.hasEnded = state.hasEnded || data.isEmpty
            let lines = state.lines, hasEnded = state.hasEnded
            let done = state.watchers.filter { watcher in
                hasEnded || lines.count { $0.contains(watcher.part) } >= watcher.count
            }
            state.watchers.removeAll { watcher in
                hasEnded || lines.count { $0.contains(watcher.part) } >= watcher.count
            }
            return done.map(\.continuation)
        }
        for watcher in woken { watcher.resume() }
    }
}
