import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import Recording

@Suite("check", .mayWait)
struct CheckTests {
    let fixture: RecordingFixture
    let folders: ClipFolders

    init() throws {
        fixture = try RecordingFixture()
        folders = ClipFolders(root: fixture.root)
        folders.establish(newest: nil)
    }

    @Test("a clip folder whose disk is not mounted is no reason to forget its clips")
    func notMounted() async throws {
        let clip = try await recorded()
        let elsewhere = ClipFolders(root: fixture.folder.file("mountpoint"))
        try FileManager.default.createDirectory(at: elsewhere.files.root, withIntermediateDirectories: true)
        let report = try ClipChecker(folders: elsewhere, store: fixture.store, isRecording: false).check(repair: true)
        #expect(report.findings.map(\.repair) == [.failed] && report.findings.map(\.kind) == [.missingVideo])
        elsewhere.establish(newest: try fixture.store.unwatched.newestClip())
        #expect(!elsewhere.isPrimaryThere)
        elsewhere.probe()
        #expect(!elsewhere.isPrimaryThere)
        #expect(throws: RecordingError.self) {
            try ClipRemover(folders: elsewhere, store: fixture.store).remove(clip)
        }
        #expect(try fixture.store.unwatched.clip(clip.id) == clip)
    }

    /// A clip as the recorder makes it.
    private func recorded() async throws -> Clip {
        fixture.feed(try fixture.packets(fixture.video(seconds: 8)))
        let recorder = fixture.recorder(folders: folders)
        try await recorder.handle(.new(fixture.incident(from: 4, to: 5, phase: .ended)))
        await recorder.waitUntilDone()
        return try #require(try fixture.store.unwatched.clips(in: .finished).first)
    }

    private func check(repair: Bool = false, isRecording: Bool = false) throws -> ClipChecker.Report {
        try ClipChecker(folders: folders, store: fixture.store, isRecording: isRecording).check(repair: repair)
    }

    @Test("finds nothing wrong with what the recorder made")
    func clean() async throws {
        let clip = try await recorded()
        let report = try check()
        #expect(report.findings.isEmpty && report.clips == 1 && report.files == 3 && report.bytes == clip.bytes)
    }

    @Test("a changed byte, and a cut-off video, are found and left as they are", arguments: [false, true])
    func changed(cut: Bool) async throws {
        let clip = try await recorded()
        let file = fixture.file(clip.path)
        var data = try Data(contentsOf: file)
        if cut { data = data.dropLast(100) } else { data[data.count / 2] ^= 1 }
        try data.write(to: file)
        #expect(try check(repair: true).findings.map(\.kind) == [.changedVideo])
        #expect(try check().problems == 1 && Data(contentsOf: file) == data)
    }

    @Test("a missing video's row goes, and poster and sidecar with it; the incident stays")
    func missingVideo() async throws {
        let clip = try await recorded()
        try FileManager.default.removeItem(at: fixture.file(clip.path))
        let dry = try check()
        #expect(dry.findings.map(\.kind) == [.missingVideo] && dry.findings[0].repair == .notTried)
        #expect(try check(repair: true).problems == 0)
        #expect(try check().findings.isEmpty && fixture.store.unwatched.clip(clip.id) == nil)
        #expect(try fixture.store.unwatched.incidents().count == 1)
    }

    @Test("a missing poster and sidecar are made again")
    func neighbours() async throws {
        let clip = try await recorded()
        for path in [clip.posterPath, clip.sidecarPath] { try FileManager.default.removeItem(at: fixture.file(path)) }
        #expect(try check().findings.map(\.kind) == [.missingPoster, .missingSidecar])
        #expect(try check(repair: true).problems == 0)
        #expect(try check().findings.isEmpty)
    }

    @Test("files that nobody knows are reported and stay, whatever is repaired")
    func unknown() async throws {
        _ = try await recorded()
        let stranger = fixture.file("aisle-4/holiday.mp4")
        try Data("mine".utf8).write(to: stranger)
        let report = try check(repair: true)
        #expect(report.findings.map(\.kind) == [.unknownFile] && report.findings[0].path == "aisle-4/holiday.mp4")
        #expect(report.problems == 0 && FileManager.default.fileExists(atPath: stranger.path))
    }

    @Test("a half-deleted clip and what a cut-off write left are cleared away; beside a daemon they are its work")
    func leftovers() async throws {
        let clip = try await recorded()
        try Data("half".utf8).write(to: fixture.file(clip.sidecarPath + ".part"))
        #expect(try check(isRecording: true).findings.isEmpty)
        #expect(try check(repair: true).findings.map(\.kind) == [.leftover])
        try fixture.store.unwatched.markTombstone(clip.id)
        #expect(try check(isRecording: true).problems == 0)
        #expect(try check(repair: true).findings.map(\.kind) == [.halfDeleted])
        #expect(try check() == ClipChecker.Report())
    }
}

@Suite("Exports", .mayWait)
struct ExportTests {
    let fixture: RecordingFixture
    let files: ClipFiles

    init() throws {
        fixture = try RecordingFixture()
        files = ClipFiles(root: fixture.root)
    }

    private var exporter: IncidentExporter {
        IncidentExporter(files: files, store: fixture.store, clock: fixture.clock) { "Object fell <\($0.camera)>" }
    }

    private func record() async throws -> Incident {
        fixture.feed(try fixture.packets(fixture.video(seconds: 8)))
        let recorder = fixture.recorder()
        let incident = try fixture.incident(from: 4, to: 5, phase: .ended)
        try await recorder.handle(.new(incident))
        await recorder.waitUntilDone()
        return incident
    }

    private func run(_ tool: String, _ arguments: [String], in folder: URL) throws -> (Int32, String) {
        let process = Process()
        process.executableURL = URL(filePath: tool)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    @Test("an incident's zip opens with another's program, and its checksums hold")
    func zip() async throws {
        let incident = try await record()
        let zip = fixture.folder.file("incident.zip")
        try exporter.zip(incident.id, to: zip)
        let out = fixture.folder.file("out")
        try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
        let (status, text) = try run("/usr/bin/python3", ["-m", "zipfile", "-e", zip.path, out.path], in: out)
        #expect(status == 0, "\(text)")
        let (sums, lines) = try run("/usr/bin/sha256sum", ["-c", "SHA256SUMS"], in: out)
        #expect(sums == 0 && lines.split(separator: "\n").count == 5, "\(lines)")
        let video = try FileManager.default.contentsOfDirectory(atPath: out.path).first { $0.hasSuffix(".mp4") }
        #expect(try TestVideo.complaints(decoding: out.appending(path: video ?? "")) == "")
        #expect(throws: RecordingError.self) { try exporter.zip(incident.id, to: zip) }
    }

    @Test("a missing video is said, and no half zip stays")
    func missing() async throws {
        let incident = try await record()
        let clip = try #require(try fixture.store.unwatched.clips(of: incident.id).first)
        try FileManager.default.removeItem(at: fixture.file(clip.path))
        let zip = fixture.folder.file("incident.zip")
        #expect(throws: RecordingError.self) { try exporter.zip(incident.id, to: zip) }
        #expect(!FileManager.default.fileExists(atPath: zip.path))
    }

    @Test("a poster that is gone and a sidecar that can't be read are named in the zip and to the caller")
    func incomplete() async throws {
        let incident = try await record()
        let clip = try #require(try fixture.store.unwatched.clips(of: incident.id).first)
        try FileManager.default.removeItem(at: fixture.file(clip.posterPath))
        // A folder in its place is refused to everybody, also to root.
        try FileManager.default.removeItem(at: fixture.file(clip.sidecarPath))
        try FileManager.default.createDirectory(at: fixture.file(clip.sidecarPath), withIntermediateDirectories: false)
        let zip = fixture.folder.file("incident.zip")
        let missing = try exporter.zip(incident.id, to: zip)
        #expect(missing.map(\.path) == [clip.posterPath, clip.sidecarPath])
        #expect(missing.map(\.reason) == ["it is not there", "it can't be read"])
        let (status, text) = try run(
            "/usr/bin/python3",
            ["-c", "import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read('MISSING.txt').decode())", zip.path],
            in: fixture.folder.url)
        #expect(status == 0 && text.contains(clip.posterPath) && text.contains(clip.sidecarPath))
    }

    @Test("a day's report holds the day's incidents in the site's zone with their pictures, and no text becomes markup")
    func report() async throws {
        let incident = try await record()
        let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        let page = fixture.folder.file("report.html")
        #expect(
            try exporter.report(day: incident.startDate, timeZone: zone, siteName: "North & South", to: page) == 1)
        let html = try String(contentsOf: page, encoding: .utf8)
        #expect(html.contains("North &amp; South") && html.contains("&lt;aisle-4&gt;") && !html.contains("<aisle"))
        #expect(html.contains("data:image/jpeg;base64,/9j/"))
        let other = fixture.folder.file("other.html")
        #expect(
            try exporter.report(day: incident.startDate + 2 * 86_400, timeZone: zone, siteName: "", to: other) == 0)
    }

    @Test("a day's report says what was measured in words, what people made of it, and who handled it")
    func reportInWords() throws {
        var incident = try fixture.incident("one", from: 1, to: 2, phase: .ended)
        incident.evidence = [
            Evidence(parameter: "min_drop_picture_heights", measured: 0.216, threshold: 0.07, unit: "picture heights"),
            Evidence(parameter: "maxRestSeconds", measured: 1.5, threshold: 2, unit: "s", direction: .atMost),
        ]
        let store = fixture.store.unwatched
        try store.commit(.update(incident))
        try store.setReview(
            IncidentReview(review: .confirmed, note: "<b>carton</b>", by: "anna", at: incident.startDate + 60),
            of: incident.id)
        _ = try store.acknowledge(incident.id, by: "link", at: incident.startDate + 30)
        try fixture.incident("two", from: 3, to: 4, phase: .ended)
        let page = fixture.folder.file("words.html")
        #expect(try exporter.report(day: incident.startDate, timeZone: .gmt, siteName: "", to: page) == 2)
        let html = try String(contentsOf: page, encoding: .utf8)
        #expect(html.contains("Drop 0.22 picture heights (at least 0.07); Time it lies still 1.50 s (at most 2.00)"))
        #expect(!html.contains("min_drop") && !html.contains("maxRest"))
        #expect(html.contains("Confirmed by anna at") && html.contains("“&lt;b&gt;carton&lt;/b&gt;”"))
        #expect(html.contains("handled by somebody who got the alert at"))
        #expect(html.contains("Not reviewed; handled by nobody"))
        #expect(html.contains("1 confirmed, 1 not reviewed, 1 handled by nobody"))
    }

    @Test("a day of a change to summer time has 23 hours")
    func shortDay() throws {
        let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        // 2026-03-28 23:30 UTC is 00:30 on the 29th in Berlin; 2026-03-29 22:30 UTC is 00:30 on the 30th.
        for (name, time) in [("in", 1_774_740_600.0), ("out", 1_774_823_400.0)] {
            var incident = try fixture.incident(name, from: 1, to: 2, phase: .ended)
            incident.startDate = Date(timeIntervalSince1970: time)
            incident.endDate = incident.startDate + 1
            try fixture.store.unwatched.commit(.update(incident))
        }
        let page = fixture.folder.file("dst.html")
        let day = Date(timeIntervalSince1970: 1_774_780_000)
        #expect(try exporter.report(day: day, timeZone: zone, siteName: "", to: page) == 1)
        #expect(try String(contentsOf: page, encoding: .utf8).contains("incident in"))
    }
}
