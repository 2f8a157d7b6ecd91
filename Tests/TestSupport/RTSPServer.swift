import Foundation
import Synchronization

/// A real RTSP server on loopback that plays files as a camera would (GStreamer's, `Tests/Support/rtsp_server.py`).
public final class RTSPServer: Sendable {
    public struct Login: Sendable {
        public var username: String
        public var password: String

        public init(username: String, password: String) {
            self.username = username
            self.password = password
        }
    }

    public enum Failure: Error, CustomStringConvertible {
        case didNotStart(String)

        public var description: String {
            switch self {
            case .didNotStart(let output):
                "the RTSP server did not start: \(output.isEmpty ? "no output" : output) (see scripts/packages-test.txt)"
            }
        }
    }

    /// The port it listens on.
    public let port: Int
    private let streams: [String: URL]
    private let once: Bool
    private let login: Login?
    private let process: Mutex<Process?>
    /// Its standard input.
    private let input = Pipe()

    /// Starts, and returns when it can be connected to.
    /// - Parameters:
    ///   - streams: Path and MP4 file (H.264 or H.265) of each.
    ///   - once: Each is played once from its first client on, and then its last group of pictures for ever.
    ///   - waits: Each repeats its first group of pictures until ``play()``.
    ///   - login: Asks for it by Digest authentication.
    ///   - port: 0 takes a free one.
    public init(streams: [String: URL], once: Bool = false, waits: Bool = false, login: Login? = nil, port: Int = 0)
        throws
    {
        self.streams = streams
        self.once = once
        self.login = login
        let (process, port) = try Self.launch(streams, once, waits, login, port, input)
        self.process = Mutex(process)
        self.port = port
    }

    deinit { stop() }

    /// `rtsp://127.0.0.1:port/name`, without login.
    public func url(_ name: String) -> String { "rtsp://127.0.0.1:\(port)/\(name)" }

    /// Kills it, as a power cut would the camera.
    public func stop() {
        let process = process.withLock { process in
            defer { process = nil }
            return process
        }
        guard let process, process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Lets the streams of a server that waits go on.
    public func play() throws { try input.fileHandleForWriting.write(contentsOf: Data("play\n".utf8)) }

    /// Freezes it: connections stay, nothing comes.
    public func freeze() { signal(SIGSTOP) }

    public func thaw() { signal(SIGCONT) }

    /// Starts it again on the same port, without waiting.
    public func restart() throws {
        stop()
        let (again, _) = try Self.launch(streams, once, false, login, port, Pipe())
        process.withLock { $0 = again }
    }

    private func signal(_ number: Int32) {
        process.withLock { process in
            if let process { _ = kill(process.processIdentifier, number) }
        }
    }

    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Support/rtsp_server.py").path

    private static func launch(
        _ streams: [String: URL], _ once: Bool, _ waits: Bool, _ login: Login?, _ port: Int, _ input: Pipe
    ) throws -> (Process, Int) {
        let process = Process()
        // The system's Python: the GStreamer bindings are Debian packages.
        process.executableURL = URL(filePath: "/usr/bin/python3")
        var arguments = [script, "--port", "\(port)"]
        if once { arguments.append("--once") }
        if waits { arguments.append("--wait") }
        if let login { arguments += ["--user", login.username, "--password", login.password] }
        process.arguments = arguments + streams.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.path)" }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = input
        try process.run()
        var text = ""
        while let bytes = try output.fileHandleForReading.read(upToCount: 1) {
            text += String(decoding: bytes, as: UTF8.self)
            guard text.hasSuffix("\n") else { continue }
            if let port = text.split(separator: "\n").last?.split(separator: " "), port.first == "ready",
                port.count == 2,
                let number = Int(port[1])
            {
                // What it says later must not fill the pipe.
                output.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
                return (process, number)
            }
        }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        throw Failure.didNotStart(text)
    }
}
