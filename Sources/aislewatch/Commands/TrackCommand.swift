import ArgumentParser
import Domain
import Foundation
import Media
import Vision

/// `track INPUT --click X,Y@SECONDS --out overlay.mp4`: click an object (or describe it), see it followed.
struct TrackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track",
        abstract: "Track objects through a video: clicked ones, or those that words describe.",
        discussion: """
            Examples:
              aislewatch track clip.mp4 --click 320,180@1.5 --out overlay.mp4
              aislewatch track clip.mp4 --text "the drum with the red lid" --at 1.5 --out overlay.mp4
            Each --click is an object of its own, followed from the frame on that is shown at its moment; where an object can't \
            be found it is reported as lost instead of something else being followed. The last frame lasts until the video's \
            end. Of a file that breaks off, what can be read is followed; then the exit status is 3. What --text or --everything \
            finds is listed, and followed once you say which: at the terminal, or with --take.
            """)

    @Argument(help: "A video file.", completion: .file())
    var input: String

    @Option(
        name: .customLong("click"),
        help: "X,Y@SECONDS: where an object is, in pixels, and when. Give it once for each object.")
    var clicks: [ClickArgument] = []

    @OptionGroup var find: FindOption

    @Option(help: "The moment at which --text or --everything looks, in seconds.")
    var at = 0.0

    @Option(help: "Which of the found objects to follow: their numbers with commas, or all. Default: asked for.")
    var take: TakenObjects?

    @Option(
        help: "The image to write, with the found objects drawn on it (PNG).", completion: .file(extensions: ["png"]))
    var found: String?

    @Option(help: "The video to write, with the masks drawn on it (MP4).", completion: .file(extensions: ["mp4"]))
    var out: String?

    @Option(
        help: "A folder for one PNG a frame, 00000.png and so on: pixel = object, from 1; 0 = nothing.",
        completion: .directory)
    var masks: String?

    @OptionGroup var shape: DisplayAspectOption

    @OptionGroup var model: ModelOption

    @Flag(help: "Print one JSON object a frame: time, and region, area and quality of each object.")
    var json = false

    func validate() throws {
        if clicks.isEmpty, !find.isAsked {
            throw ValidationError("give at least one --click X,Y@SECONDS, or --text, or --everything")
        }
        if !at.isFinite || at < 0 { throw ValidationError("--at must be 0 or more") }
        if out == nil, masks == nil, !json {
            throw ValidationError("give --out, --masks or --json: else nothing comes out")
        }
    }

    func run() async throws {
        try await CommandFailure.wrapping { try await track() }
    }

    private var source: SourceOptions { SourceOptions(url: input, displayAspect: shape.displayAspect?.ratio) }

    /// What is to be followed: what was clicked, and what was found and then chosen.
    private func objects(_ family: any SegmentationFamily) async throws -> [FollowedPrompt] {
        var objects = clicks.enumerated().map {
            FollowedPrompt(number: $0.offset, prompt: .click($0.element.point), seconds: $0.element.seconds)
        }
        guard find.isAsked else { return objects }
        guard let frame = try await frame() else {
            throw CommandFailure("the video ends before \(at) s, the moment of --at")
        }
        let items = try await find.find(in: frame, family: family)
        let report = FoundReport(items: items, size: frame.size)
        StandardError.write(report.table)
        if let found {
            var image = RGBImage(size: frame.size, pixels: [])
            FrameScaler().rgb(frame, width: frame.size.width, height: frame.size.height, into: &image.pixels)
            report.draw(on: &image)
            try ImageFile.writePNG(image, to: found)
        }
        for index in try (take ?? TakenObjects.asked(of: items.count)).indices(of: items.count) {
            let object = items[index].object
            objects.append(
                FollowedPrompt(
                    number: objects.count, prompt: object.prompt, candidate: object.candidate,
                    seconds: frame.time.seconds))
        }
        guard !objects.isEmpty else { throw CommandFailure("nothing is followed") }
        return objects
    }

    /// The frame that is shown at the moment of `--at`.
    private func frame() async throws -> VideoFrame? {
        let feed = try FileFrameFeed(source)
        var shown: VideoFrame?
        while let frame = try await feed.next() {
            // As for a click: `--at 1.2` means the frame at 1.2 s although 1.2 has no exact binary form.
            if shown != nil, frame.time.seconds > at + 0.000_5 { return shown }
            shown = frame
        }
        return at <= (feed.info.durationSeconds ?? shown?.time.seconds ?? 0) ? shown : nil
    }

    private func track() async throws {
        let family = try await model.load()
        var objects = try await objects(family)
        let feed = try FileFrameFeed(source)
        let sink = try TrackOutput(
            video: out, masks: masks, json: json, framesPerSecond: feed.info.framesPerSecond)
        let progress = ProgressReporter("following")
        var next = try await feed.next()
        while let frame = next {
            next = try await feed.next()
            // The last one is shown until the end.
            let last = max(
                frame.time.seconds + 1 / max(1, feed.info.framesPerSecond), feed.info.durationSeconds ?? 0)
            let end = next?.time.seconds ?? last
            var seen: [TrackOutput.Seen] = []
            for index in objects.indices {
                if let observation = try await objects[index].observe(
                    frame, isLast: next == nil, endSeconds: end, family: family)
                {
                    seen.append(
                        TrackOutput.Seen(
                            object: index, observation: observation, click: objects[index].click(in: frame)))
                }
            }
            try sink.write(frame, seen)
            progress.update(
                fraction: feed.info.durationSeconds.map { frame.time.seconds / $0 }, detail: "frame \(sink.frames)")
        }
        progress.finish()
        try sink.finish()
        for object in objects {
            guard object.isFollowed else {
                if let fileBreak = feed.fileBreak { StandardError.write("warning: \(fileBreak)") }
                throw CommandFailure(
                    "the video ends before \(object.seconds) s, the moment of click \(object.number + 1)")
            }
            StandardError.write(
                "object \(object.number + 1): seen in \(object.presentFrames) frames, lost in \(object.lostFrames)")
        }
        if feed.damagedFrames > 0 { StandardError.write("warning: \(feed.damagedFrames) frames are damaged") }
        if let fileBreak = feed.fileBreak { throw CommandFailure.breaksOff(fileBreak) }
    }
}

/// Which found objects a person wants followed.
struct TakenObjects: ExpressibleByArgument {
    /// From 1; nil: all.
    private let numbers: [Int]?

    init?(argument: String) {
        if argument == "all" {
            numbers = nil
            return
        }
        let parts = argument.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) }
        guard !parts.isEmpty, !parts.contains(where: { $0 ?? 0 < 1 }) else { return nil }
        numbers = parts.compactMap(\.self)
    }

    /// Asks the person at the terminal.
    /// - Throws: `CommandFailure` where there is none, or nothing is wanted.
    static func asked(of count: Int) throws -> TakenObjects {
        guard count > 0 else { throw CommandFailure("nothing is followed") }
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure("nothing is followed yet: say which of these with --take 1,2 or --take all")
        }
        StandardError.write("Follow which? (numbers with commas, all, or nothing) ", terminator: "")
        guard let line = readLine(), let taken = TakenObjects(argument: line.trimmingCharacters(in: .whitespaces))
        else {
            throw CommandFailure("nothing is followed")
        }
        return taken
    }

    func indices(of count: Int) throws -> [Int] {
        guard let numbers else { return Array(0..<count) }
        if let wrong = numbers.first(where: { $0 > count }) {
            throw CommandFailure("there is no object \(wrong); \(count) were found")
        }
        return Set(numbers).sorted().map { $0 - 1 }
    }
}

/// One object of the `track` command: waits for its moment, then is followed.
struct FollowedPrompt {
    let number: Int
    let seconds: Double
    private let prompt: Prompt
    private let candidate: Int
    private var session: (any SegmentationSession)?
    private var promptedAt: MediaTime?
    private(set) var presentFrames = 0
    private(set) var lostFrames = 0

    init(number: Int, prompt: Prompt, candidate: Int = 0, seconds: Double) {
        self.number = number
        self.prompt = prompt
        self.candidate = candidate
        self.seconds = seconds
    }

    var isFollowed: Bool { session != nil }

    /// Where the click is to be drawn: in its own frame only.
    func click(in frame: VideoFrame) -> Point? { frame.time == promptedAt ? prompt.positive.first : nil }

    /// - Parameters:
    ///   - isLast: No frame follows; a click's moment may lie between its time and its end.
    ///   - endSeconds: When the frame is shown no longer.
    /// - Returns: nil before the click's moment.
    mutating func observe(
        _ frame: VideoFrame, isLast: Bool, endSeconds: Double, family: any SegmentationFamily
    ) async throws -> MaskObservation? {
        let observation: MaskObservation
        if let session {
            observation = try await session.step(frame, change: nil)
        } else {
            // Meant is the frame that is shown at that moment. Half a millisecond: `@1.2` means the frame at 1.2 s although
            // 1.2 has no exact binary form.
            let isShown = isLast ? endSeconds >= seconds - 0.000_5 : endSeconds > seconds + 0.000_5
            guard isShown else { return nil }
            let session = try family.makeSession()
            let candidates = try await session.start(frame, prompt: prompt, change: nil)
            let chosen = candidates.indices.contains(candidate) ? candidate : 0
            if chosen > 0 { try await session.choose(chosen) }
            self.session = session
            promptedAt = frame.time
            observation =
                candidates.isEmpty
                ? .lost : .present(candidates[chosen].mask, quality: candidates[chosen].predictedIoU)
        }
        if observation.mask == nil { lostFrames += 1 } else { presentFrames += 1 }
        return observation
    }
}

/// Where the `track` command's results go: an overlay video, mask pictures, JSON lines.
final class TrackOutput {
    /// One object in one frame.
    struct Seen {
        var object: Int
        var observation: MaskObservation
        /// Drawn as a cross when not nil.
        var click: Point?
    }

    private struct ObjectLine: Encodable {
        var object: Int
        var present: Bool
        var region: Region?
        var area_px: Int?
        var quality: Double?
    }

    private struct FrameLine: Encodable {
        var frame: Int
        var time_s: Double
        var objects: [ObjectLine]
    }

    private let videoPath: String?
    private let masksFolder: URL?
    private let json: Bool
    private let framesPerSecond: Double
    private var video: OverlayVideoWriter?
    private let scaler = FrameScaler()
    private(set) var frames = 0

    init(video: String?, masks: String?, json: Bool, framesPerSecond: Double) throws {
        videoPath = video
        masksFolder = masks.map { URL(fileURLWithPath: $0) }
        self.json = json
        self.framesPerSecond = framesPerSecond
        if let masksFolder {
            do {
                try FileManager.default.createDirectory(at: masksFolder, withIntermediateDirectories: true)
            } catch {
                throw CommandFailure("the folder \(masksFolder.path) can't be made: \(error.localizedDescription)")
            }
        }
    }

    func write(_ frame: VideoFrame, _ seen: [Seen]) throws {
        if let videoPath { try draw(frame, seen, path: videoPath) }
        if let masksFolder {
            var labels = [UInt8](repeating: 0, count: frame.size.area)
            for item in seen {
                item.observation.mask?.forEachRun { start, length in
                    for index in start..<start + length { labels[index] = UInt8(clamping: item.object + 1) }
                }
            }
            let name = String(format: "%05d.png", frames)
            try ImageFile.writePNG(gray: labels, size: frame.size, to: masksFolder.appending(path: name).path)
        }
        if json {
            try JSONOutput.write(FrameLine(frame: frames, time_s: frame.time.seconds, objects: seen.map(Self.line)))
        }
        frames += 1
    }

    func finish() throws { try video?.finish() }

    private func draw(_ frame: VideoFrame, _ seen: [Seen], path: String) throws {
        let writer: OverlayVideoWriter
        if let video {
            writer = video
        } else {
            writer = try OverlayVideoWriter(
                path: URL(fileURLWithPath: path), size: frame.size, framesPerSecond: framesPerSecond)
            video = writer
        }
        var image = RGBImage(size: frame.size, pixels: [])
        scaler.rgb(frame, width: frame.size.width, height: frame.size.height, into: &image.pixels)
        for item in seen {
            let painter = MaskPainter(object: item.object)
            if let mask = item.observation.mask { painter.fill(mask, on: &image) }
            if let click = item.click { painter.cross(at: click, on: &image) }
        }
        try writer.write(image, seconds: frame.time.seconds)
    }

    private static func line(_ seen: Seen) -> ObjectLine {
        switch seen.observation {
        case .present(let mask, let quality):
            ObjectLine(
                object: seen.object + 1, present: true, region: mask.boundingRegion, area_px: mask.area,
                quality: quality)
        case .lost:
            ObjectLine(object: seen.object + 1, present: false)
        }
    }
}

/// `X,Y` or `X,Y@SECONDS` on the command line: a click in pixels of the picture, and when in the video.
struct ClickArgument: ExpressibleByArgument, Sendable {
    let point: Point
    /// 0 when not given.
    let seconds: Double

    init?(argument: String) {
        let parts = argument.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let coordinates = parts[0].split(separator: ",", omittingEmptySubsequences: false)
        guard coordinates.count == 2, let x = Double(coordinates[0]), let y = Double(coordinates[1]), x.isFinite,
            y.isFinite
        else { return nil }
        if parts.count == 2 {
            guard let seconds = Double(parts[1]), seconds.isFinite, seconds >= 0 else { return nil }
            self.seconds = seconds
        } else {
            seconds = 0
        }
        point = Point(x: x, y: y)
    }
}
