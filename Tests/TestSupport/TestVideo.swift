import Foundation

/// Small videos for tests, made by the ffmpeg command.
public enum TestVideo {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Runs `ffmpeg` with these arguments and the output file as the last.
    @discardableResult
    public static func ffmpeg(_ arguments: [String], to file: URL) throws -> URL {
        _ = try run("ffmpeg", ["-nostdin", "-v", "error", "-y"] + arguments + [file.path])
        return file
    }

    /// A moving test picture.
    /// - Parameter codec: The encoder and its options.
    @discardableResult
    public static func make(
        _ file: URL, size: String = "320x180", framesPerSecond: Int = 10, seconds: Double = 3, gop: Int = 10,
        codec: [String] = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0"], audio: [String] = []
    ) throws -> URL {
        var arguments = ["-f", "lavfi", "-i", "testsrc2=size=\(size):rate=\(framesPerSecond):duration=\(seconds)"]
        if !audio.isEmpty { arguments += ["-f", "lavfi", "-i", "sine=frequency=440:duration=\(seconds)"] + audio }
        return try ffmpeg(
            arguments + codec + ["-g", "\(gop)", "-sc_threshold", "0", "-pix_fmt", "yuv420p"], to: file)
    }

    /// What `ffprobe -v error` with these arguments prints.
    public static func ffprobe(_ arguments: [String], _ file: URL) throws -> String {
        try run("ffprobe", ["-v", "error"] + arguments + [file.path])
    }

    /// Decodes all of it; the complaints, empty when there are none.
    public static func complaints(decoding file: URL) throws -> String {
        try run("ffmpeg", ["-nostdin", "-v", "error", "-i", file.path, "-f", "null", "-"], mayFail: true)
    }

    private static func run(_ tool: String, _ arguments: [String], mayFail: Bool = false) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard mayFail || process.terminationStatus == 0 else {
            throw Failure(description: "\(tool) \(arguments.joined(separator: " ")): \(text)")
        }
        return text
    }
}
