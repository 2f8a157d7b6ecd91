import Foundation
import TestSupport
import Testing

/// `segment` and `track` with objects that nobody clicks: each call is a process, and the vision model a server here.
@Suite("Commands that find objects", .serialized, .timeLimit(.minutes(10)))
struct FindCommandTests {
    private struct Outcome {
        var status: Int32
        var output: String
        var complaints: String

        func json() throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        }
    }

    private let folder: TemporaryDirectory
    private let film: URL
    private let picture: URL

    /// A white square on grey at 120, 80, of 60 pixels.
    init() throws {
        folder = try TemporaryDirectory()
        let square = "color=gray:size=320x240:rate=5:duration=2,drawbox=x=120:y=80:w=60:h=60:color=white:t=fill"
        film = try TestVideo.ffmpeg(
            ["-f", "lavfi", "-i", square, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"],
            to: folder.file("film.mp4"))
        picture = try TestVideo.ffmpeg(["-f", "lavfi", "-i", square, "-frames:v", "1"], to: folder.file("square.png"))
    }

    private func run(_ arguments: String...) throws -> Outcome {
        let output = folder.file("output"), complaints = folder.file("complaints")
        for file in [output, complaints] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = DaemonSite.executable
        process.arguments = arguments + ["--config", folder.file("site.yaml").path]
        process.currentDirectoryURL = TestSite.root
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: complaints)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }
        return Outcome(status: process.terminationStatus, output: try text(output), complaints: try text(complaints))
    }

    private func configure(_ url: String?) throws {
        let model = url.map { "second_look: {base_url: \"\($0)/v1\", model: see-1, time_limit_seconds: 1}\n" } ?? ""
        try Data(("cameras: []\n" + model).utf8).write(to: folder.file("site.yaml"))
    }

    /// A model that gives this answer.
    private func model(_ content: String) throws -> HTTPStub {
        let data = try JSONEncoder().encode(["choices": [["message": ["content": content]]]])
        let stub = try HTTPStub([], then: .respond(200, body: String(decoding: data, as: UTF8.self)))
        try configure(stub.baseURL)
        return stub
    }

    /// In thousandths of the longer side: the square, and the same once more, a little beside it.
    private static let square = #"{"label": "white square", "box": [370, 245, 568, 443]}"#
    private static let again = #"{"label": "ghost", "box": [373, 248, 571, 446]}"#

    @Test("the described object becomes a mask with its label; what holds nothing of its own is named and left out")
    func segmented() throws {
        let stub = try model("{\"objects\": [\(Self.square), \(Self.again)]}")
        defer { stub.stop() }
        let mask = folder.file("mask.png").path
        let outcome = try run("segment", picture.path, "--text", "the white square", "--out", mask, "--json")
        #expect(outcome.status == 0, "\(outcome.complaints)")
        let objects = try #require(try outcome.json()["objects"] as? [[String: Any]])
        let region = try #require(objects.first?["region"] as? [Int])
        #expect(objects.count == 1 && objects.first?["label"] as? String == "white square", "\(outcome.output)")
        #expect(zip(region, [120, 80, 60, 60]).allSatisfy { abs($0 - $1) <= 4 }, "\(region)")
        #expect(outcome.complaints.contains("left out: \"ghost\""), "\(outcome.complaints)")
        #expect(FileManager.default.fileExists(atPath: mask))
    }

    @Test("what was found is followed only when somebody says which")
    func tracked() throws {
        let stub = try model("{\"objects\": [\(Self.square)]}")
        defer { stub.stop() }
        let shown = folder.file("found.png").path
        let asked = try run("track", film.path, "--text", "the white square", "--json", "--found", shown)
        #expect(asked.status == 1 && asked.output.isEmpty && asked.complaints.contains("--take"), "\(asked.complaints)")
        #expect(FileManager.default.fileExists(atPath: shown))
        let taken = try run("track", film.path, "--text", "the white square", "--at", "0.5", "--take", "1", "--json")
        #expect(taken.status == 0, "\(taken.complaints)")
        let present = taken.output.split(separator: "\n").filter { $0.contains("\"present\":true") }
        // From the frame at 0.4 s on, which is shown then.
        #expect(present.count == 8, "\(taken.output)")
        let wrong = try run("track", film.path, "--text", "the white square", "--take", "2", "--json")
        #expect(wrong.status == 1 && wrong.complaints.contains("there is no object 2; 1 were found"))
    }

    @Test("without a vision model it says what to set; a late one and nonsense are failures in one line")
    func trouble() throws {
        try configure(nil)
        let without = try run("segment", picture.path, "--text", "it")
        #expect(without.status == 1 && without.complaints.contains("set second_look.base_url and second_look.model"))
        let nonsense = try model("It is in the middle.")
        defer { nonsense.stop() }
        let refused = try run("segment", picture.path, "--text", "it")
        #expect(refused.status == 1 && refused.complaints.contains("could not be used"), "\(refused.complaints)")
        let silent = try HTTPStub([], then: .silence)
        defer { silent.stop() }
        try configure(silent.baseURL)
        let late = try run("segment", picture.path, "--text", "it")
        #expect(late.status == 1 && late.complaints.contains("within the time limit"), "\(late.complaints)")
        #expect(try run("segment", picture.path, "--text", "it", "--everything").status == 2)
    }

    @Test("every object is found, with a click that leads to it again")
    func everything() throws {
        try configure(nil)
        let outcome = try run(
            "segment", picture.path, "--everything", "--points", "5", "--prompts", "same", "--lowest-iou", "0.5",
            "--json")
        #expect(outcome.status == 0, "\(outcome.complaints)")
        let objects = try #require(try outcome.json()["objects"] as? [[String: Any]])
        // On the even ground around it the network sees things too; the square is among them, to within its edge.
        #expect(
            objects.contains { object in
                let region = object["region"] as? [Int] ?? []
                return region.count == 4 && zip(region, [120, 80, 60, 60]).allSatisfy { abs($0 - $1) <= 20 }
            }, "\(outcome.output)")
        #expect(objects.allSatisfy { ($0["click"] as? [Double])?.count == 2 })
    }
}
