import Foundation
import TestSupport
import Testing

/// The commands that read video files, as people call them: each call is a process.
@Suite("Commands on video files", .serialized, .timeLimit(.minutes(30)))
struct VideoCommandTests {
    private struct Outcome {
        var status: Int32
        var output: String
        var complaints: String
    }

    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func run(_ arguments: String...) throws -> Outcome {
        let output = folder.file("output"), complaints = folder.file("complaints")
        let process = Process()
        process.executableURL = DaemonSite.executable
        process.arguments = arguments
        process.currentDirectoryURL = TestSite.root
        for file in [output, complaints] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: complaints)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }
        return Outcome(status: process.terminationStatus, output: try text(output), complaints: try text(complaints))
    }

    /// A white square on grey, with a camera's noise where the frames are to be many bytes.
    private func film(_ name: String, framesPerSecond: String, seconds: Int, isNoisy: Bool = false) throws -> URL {
        try TestVideo.ffmpeg(
            [
                "-f", "lavfi", "-i",
                "color=gray:size=320x240:rate=\(framesPerSecond):duration=\(seconds),"
                    + "drawbox=x=120:y=80:w=60:h=60:color=white:t=fill" + (isNoisy ? ",noise=alls=20:allf=t" : ""),
                "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-movflags", "faststart",
            ], to: folder.file(name))
    }

    /// The frames in which the object is followed, by their times.
    private func followed(_ outcome: Outcome) throws -> [Double] {
        try outcome.output.split(separator: "\n").compactMap { line in
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            guard (object["objects"] as? [Any])?.isEmpty == false else { return nil }
            return object["time_s"] as? Double
        }
    }

    @Test(
        "a click in the last moment of a film is one on its last frame; one behind the end is refused",
        arguments: [("1", 11.0), ("10", 11.9), ("25", 11.96), ("30000/1001", 11.97)])
    func lastFrame(rate: String, last: Double) throws {
        let film = try film("film.mp4", framesPerSecond: rate, seconds: 12)
        let outcome = try run("track", film.path, "--click", "150,110@11.99", "--json")
        #expect(outcome.status == 0, "\(outcome.complaints)")
        let times = try followed(outcome)
        #expect(times.count == 1 && abs((times.first ?? 0) - last) < 0.02, "\(times)")
        let late = try run("track", film.path, "--click", "150,110@12.5", "--json")
        #expect(late.status == 1 && late.complaints.contains("the video ends before 12.5 s"), "\(late.complaints)")
    }

    @Test("a click between two frames is one on the frame that is shown then")
    func betweenFrames() throws {
        let film = try film("film.mp4", framesPerSecond: "1", seconds: 6)
        let between = try run("track", film.path, "--click", "150,110@3.7", "--json")
        #expect(try followed(between) == [3, 4, 5], "\(between.complaints)")
        let exact = try run("track", film.path, "--click", "150,110@4", "--json")
        #expect(try followed(exact) == [4, 5], "\(exact.complaints)")
    }

    @Test("of a file that breaks off what can be read is judged, and then the exit status is 3")
    func breaksOff() throws {
        let clips = folder.file("clips")
        try FileManager.default.createDirectory(at: clips, withIntermediateDirectories: true)
        let whole = try film("whole.mp4", framesPerSecond: "10", seconds: 6, isNoisy: true)
        let data = try Data(contentsOf: whole)
        let short = clips.appending(path: "short.mp4")
        try data.prefix(data.count * 7 / 10).write(to: short)

        let watched = try run("watch", short.path, "--motion-only")
        #expect(watched.status == 3 && watched.output.contains("Nothing happened."), "\(watched)")
        #expect(watched.complaints.contains("the file breaks off at ") && watched.complaints.contains(" of 6.0 s"))

        let tracked = try run("track", short.path, "--click", "150,110@1", "--json")
        #expect(tracked.status == 3 && tracked.complaints.contains("the file breaks off at "), "\(tracked)")
        #expect(try followed(tracked).count > 5)

        let measured = try run("eval", "incidents", clips.path, "--motion-only", "--json")
        #expect(measured.status == 3 && measured.complaints.contains("the file breaks off at "), "\(measured)")
        #expect(measured.output.contains("\"breaks_off_s\":"))

        try FileManager.default.removeItem(at: short)
        try FileManager.default.copyItem(at: whole, to: short)
        #expect(try run("watch", short.path, "--motion-only").status == 0)
        #expect(try run("eval", "incidents", clips.path, "--motion-only").status == 0)
    }
}
