import Domain
import Foundation
import Media
import Storage
import TestSupport
import Testing

@testable import Recording

@Suite("Clips of incidents", .mayWait)
struct ClipRecorderTests {
    let fixture: RecordingFixture

    init() throws { fixture = try RecordingFixture() }

    @Test("Begins at the key frame at or before the pre-roll, ends after the post-roll, and is whole")
    func wholeStory() async throws {
        let items = try fixture.packets(fixture.video())
        fixture.feed(items[..<90])
        let track = Track(
            id: TrackID(rawValue: 1), origin: .motion,
            samples: [
                TrackSample(
                    seconds: 5, region: Region(x: 0, y: 0, width: 5, height: 5), centroid: Point(x: 2, y: 2), area: 25),
                TrackSample(
                    seconds: 7.5, region: Region(x: 1, y: 0, width: 5, height: 5), centroid: Point(x: 3, y: 2), area: 25
                ),
            ])
        let zone = try #require(Self.zone)
        let recorder = fixture.recorder(
            context: ClipContext(zones: { [zone] }, tracks: { _, _ in [track] }, text: { "Object fell (\($0.id))" }))
        let incident = try fixture.incident(from: 7.45, to: 8.5)
        let clip = try #require(try await recorder.handle(.new(incident)))

        // While it is being written the row and the file are there.
        #expect(try fixture.store.unwatched.clip(clip.id)?.state == .recording)
        #expect(ClipFiles(root: fixture.root).videoFile(of: clip) != nil)
        #expect(clip.path == "aisle-4/2026-05-28/\(clip.id).mp4")

        try await recorder.handle(.end(incident.ended()))
        fixture.feed(items[90...])
        await recorder.waitUntilDone()

        let finished = try #require(try fixture.store.unwatched.clip(clip.id))
        #expect(finished.state == .finished)
        #expect(finished.start == MediaTime(seconds: 5))
        #expect(finished.startDate == RecordingFixture.date + 5)
        #expect(abs(finished.preRollSeconds - 2.45) < 0.001)
        #expect(abs(finished.durationSeconds - 5.6) < 0.15)
        let digest = try FileDigest(of: fixture.file(finished.path))
        #expect(finished.bytes == digest.bytes && finished.sha256 == digest.sha256)
        #expect(try fixture.probe(finished).first.hasPrefix("0.000000,K"))
        #expect(try TestVideo.complaints(decoding: fixture.file(finished.path)) == "")
        #expect(!FileManager.default.fileExists(atPath: fixture.file(clip.temporaryPath).path))
        #expect(try fixture.store.unwatched.clips(of: incident.id) == [finished])

        let poster = try ImageFile.read(fixture.file(finished.posterPath).path)
        #expect(poster.size == FrameSize(width: 160, height: 120))
        let sidecar = try ClipSidecar(json: Data(contentsOf: fixture.file(finished.sidecarPath)))
        #expect(sidecar.clip == clip.id && sidecar.zones == [zone])
        #expect(sidecar.texts == ["Object fell (one)"])
        #expect(sidecar.incidents.first?.phase == .ended)
        #expect(sidecar.tracks.first?.samples.map(\.seconds) == [0, 2.5])
    }

    private static let zone = try? JSONDecoder().decode(
        Zone.self, from: Data(#"{"name":"walkway","kind":"walkway","polygon":[[0,0],[10,0],[10,10]]}"#.utf8))

    @Test("The poster is the confirmed moment with the place framed")
    func poster() async throws {
        let file = try TestVideo.ffmpeg(
            ["-f", "lavfi", "-i", "color=blue:size=160x120:rate=10:duration=4", "-f", "lavfi", "-i"]
                + [
                    "color=0x008000:size=160x120:rate=10:duration=4", "-filter_complex", "concat=n=2", "-c:v",
                    "libx264",
                ]
                + ["-g", "10", "-pix_fmt", "yuv420p"], to: fixture.folder.file("c.mp4"))
        fixture.feed(try fixture.packets(file))
        let recorder = fixture.recorder()
        let incident = try fixture.incident(from: 3, to: 5.5, phase: .ended)
        let clip = try #require(try await recorder.handle(.new(incident)))
        fixture.ring.finish()
        await recorder.waitUntilDone()
        let image = try ImageFile.read(fixture.file(clip.posterPath).path)
        let inside = (55 * 160 + 60) * 3, border = (55 * 160 + 37) * 3
        #expect(image.pixels[inside] < 40 && image.pixels[inside + 1] > 90 && image.pixels[inside + 2] < 40)
        #expect(image.pixels[border] > 180 && image.pixels[border + 2] < 90)
    }

    @Test("Overlapping incidents extend one clip, and each knows it")
    func overlapping() async throws {
        let items = try fixture.packets(fixture.video())
        fixture.feed(items[..<80])
        let recorder = fixture.recorder()
        let first = try fixture.incident("one", from: 6, to: 7)
        let clip = try #require(try await recorder.handle(.new(first)))
        try await recorder.handle(.end(first.ended()))
        let second = try fixture.incident("two", from: 7.8, to: 7.9)
        #expect(try await recorder.handle(.new(second))?.id == clip.id)
        try await recorder.handle(.end(second.ended(at: 12)))
        fixture.feed(items[80...])
        await recorder.waitUntilDone()
        let finished = try #require(try fixture.store.unwatched.clip(clip.id))
        #expect(abs(finished.durationSeconds - 10) < 0.15)
        #expect(try fixture.store.unwatched.clips(of: second.id) == [finished])
        #expect(try fixture.store.unwatched.incidents(of: clip.id).map(\.id) == [first.id, second.id])
        #expect(try fixture.store.unwatched.clips(in: .finished).count == 1)
    }

    @Test("An incident after the clip's end gets a clip of its own")
    func separate() async throws {
        let items = try fixture.packets(fixture.video())
        fixture.feed(items[..<80])
        let recorder = fixture.recorder()
        let first = try await recorder.handle(.new(fixture.incident("one", from: 4, to: 5, phase: .ended)))
        fixture.feed(items[80..<150])
        let second = try await recorder.handle(.new(fixture.incident("two", from: 14, to: 14.5, phase: .ended)))
        fixture.feed(items[150...])
        await recorder.waitUntilDone()
        #expect(first != nil && second != nil && first?.id != second?.id)
        #expect(
            try fixture.store.unwatched.clips(in: .finished).map(\.start) == [
                MediaTime(seconds: 2), MediaTime(seconds: 12),
            ])
    }

    @Test("However long an incident goes on, its clip gets no longer than allowed")
    func longest() async throws {
        let items = try fixture.packets(fixture.video())
        fixture.feed(items[..<60])
        let recorder = fixture.recorder(RecordingSettings(preRollSeconds: 2, postRollSeconds: 2, maxClipSeconds: 6))
        let incident = try fixture.incident(from: 5, to: 5.5)
        let clip = try #require(try await recorder.handle(.new(incident)))
        fixture.feed(items[60...])
        await recorder.waitUntilDone()
        let finished = try #require(try fixture.store.unwatched.clip(clip.id))
        #expect(abs(finished.durationSeconds - 6) < 0.15)
        #expect(try await recorder.handle(.update(incident)) == nil)
    }

    @Test("Closing makes open clips whole with what has come in, pre-roll and all")
    func closing() async throws {
        fixture.feed(try fixture.packets(fixture.video(seconds: 8)))
        let recorder = fixture.recorder()
        let clip = try #require(try await recorder.handle(.new(fixture.incident(from: 6, to: 7))))
        await recorder.close()
        let finished = try #require(try fixture.store.unwatched.clip(clip.id))
        #expect(finished.state == .finished)
        #expect(finished.start == MediaTime(seconds: 4))
        #expect(abs(finished.durationSeconds - 4) < 0.01)
        #expect(try TestVideo.complaints(decoding: fixture.file(finished.path)) == "")
        await #expect(throws: RecordingError.closed) {
            try await recorder.handle(.new(fixture.incident("late", from: 7, to: 7)))
        }
    }

    @Test("A change of resolution goes on in another file of the same incident")
    func resolutionChange() async throws {
        let small = try fixture.video("s.ts", seconds: 6),
            large = try fixture.video("l.ts", seconds: 6, size: "320x240")
        let both = fixture.folder.file("both.ts")
        try (Data(contentsOf: small) + Data(contentsOf: large)).write(to: both)
        fixture.feed(try fixture.packets(both))
        let recorder = fixture.recorder()
        let incident = try fixture.incident(from: 4, to: 7, phase: .ended)
        try await recorder.handle(.new(incident))
        await recorder.waitUntilDone()
        let clips = try fixture.store.unwatched.clips(of: incident.id)
        try #require(clips.count == 2)
        #expect(clips.allSatisfy { $0.state == .finished })
        #expect(clips.map(\.start.seconds) == [2, 6])
        let sizes = try clips.map { clip in
            #expect(try TestVideo.complaints(decoding: fixture.file(clip.path)) == "")
            return try Demuxer(SourceOptions(url: fixture.file(clip.path).path)).info.frameSize.width
        }
        #expect(sizes == [160, 320])
        #expect(abs(clips[1].durationSeconds - 3.1) < 0.15)
    }

    @Test("A reconnect in the middle goes on in another file for the time that was left")
    func reconnect() async throws {
        let file = try fixture.video(seconds: 8)
        fixture.feed(try fixture.packets(file))
        let recorder = fixture.recorder(RecordingSettings(preRollSeconds: 2, postRollSeconds: 5, maxClipSeconds: 60))
        let incident = try fixture.incident(from: 6, to: 6.5, phase: .ended)
        try await recorder.handle(.new(incident))
        fixture.feed(try fixture.packets(file, epoch: 1))
        await recorder.waitUntilDone()
        let clips = try fixture.store.unwatched.clips(of: incident.id)
        try #require(clips.map(\.start) == [MediaTime(seconds: 4), MediaTime(epoch: 1, seconds: 0)])
        #expect(abs(clips[0].durationSeconds - 4) < 0.01)
        #expect(abs(clips[1].durationSeconds - 3.5) < 0.15)
    }

    @Test("H.265 with B-frames, and sound, are kept")
    func hevcAndSound() async throws {
        let file = try TestVideo.make(
            fixture.folder.file("h.mp4"), size: "160x120", seconds: 8,
            codec: ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:bframes=2:keyint=10"],
            audio: ["-c:a", "aac"])
        fixture.feed(try fixture.packets(file, keepAudio: true))
        fixture.ring.finish()
        let recorder = fixture.recorder()
        let clip = try #require(try await recorder.handle(.new(fixture.incident(from: 5, to: 5.5, phase: .ended))))
        await recorder.waitUntilDone()
        let streams = try TestVideo.ffprobe(
            ["-show_entries", "stream=codec_tag_string", "-of", "csv=p=0"], fixture.file(clip.path))
        #expect(streams.contains("hvc1") && streams.contains("mp4a"))
        #expect(try TestVideo.complaints(decoding: fixture.file(clip.path)) == "")
    }

    @Test(
        "Sound that MP4 holds is in the clip; for what it does not hold there is one line in the log, whatever comes",
        arguments: [("aac", true), ("libopus", true), ("pcm_alaw", false)])
    func sound(codec: String, isKept: Bool) async throws {
        let file = try TestVideo.make(
            fixture.folder.file("s.mkv"), size: "160x120", seconds: 20, audio: ["-c:a", codec])
        let items = try fixture.packets(file, keepAudio: true)
        #expect(items.contains { !$0.packet.isVideo })
        let lines = LogLines()
        let recorder = fixture.recorder(logger: lines.logger)
        fixture.feed(items)
        fixture.ring.finish()
        for (name, second) in [("one", 4.0), ("two", 14)] {
            try await recorder.handle(.new(fixture.incident(name, from: second, to: second + 1, phase: .ended)))
            await recorder.waitUntilDone()
        }
        let clips = try fixture.store.unwatched.clips(in: .finished)
        #expect(clips.count == 2)
        for clip in clips {
            #expect(try TestVideo.complaints(decoding: fixture.file(clip.path)) == "")
            let types = try TestVideo.ffprobe(
                ["-show_entries", "stream=codec_name", "-of", "csv=p=0"], fixture.file(clip.path))
            #expect(types.contains(codec.replacingOccurrences(of: "lib", with: "")) == isKept, "\(types)")
        }
        #expect(lines.all.count { $0.contains("sound's codec") } == (isKept ? 0 : 1))
    }

    @Test("With nothing in the ring no clip is begun, and no row stays behind")
    func nothingToRecord() async throws {
        let recorder = fixture.recorder()
        let incident = try fixture.incident(from: 1, to: 2)
        await #expect(throws: RecordingError.nothingRecorded(camera: "aisle-4")) {
            try await recorder.handle(.new(incident))
        }
        #expect(try fixture.store.unwatched.clips(of: incident.id).isEmpty)
        #expect(try fixture.store.unwatched.unfinishedClips().isEmpty)
    }

    @Test("A clip folder that can't be written says so at the start")
    func folderCheck() throws {
        let file = fixture.folder.file("file")
        try Data().write(to: file)
        let inside = file.appending(path: "clips")
        #expect(throws: RecordingError.folderNotWritable(path: inside.path, reason: "Not a directory")) {
            try ClipFolders.checkWritable(inside)
        }
        try ClipFolders.checkWritable(fixture.folder.file("a/b/c"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder.file("a/b/c").path).isEmpty)
    }

    @Test("A path that leads out of the clip folder is no file")
    func escaping() {
        let files = ClipFiles(root: fixture.root)
        for path in ["../test.db", "a/../../test.db", "/etc/passwd", "", "a//b"] { #expect(files.url(path) == nil) }
        #expect(files.url("aisle-4/2026-01-01/x.mp4") != nil)
    }
}
