import ArgumentParser
import Domain
import Foundation
import Media
import Vision

/// `track INPUT --click X,Y@SECONDS --out overlay.mp4`: click an object, see it followed.
struct TrackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track",
        abstract: "Follow clicked objects through a video.",
        discussion: """
            Example: aislewatch track clip.mp4 --click 320,180@1.5 --out overlay.mp4
            Each --click is an object of its own. Until its moment nothing is followed; where an object can't be found it \
            is reported as lost instead of something else being followed. The last frame lasts until the video's end. Of a file \
            that breaks off, what can be read is followed; then the exit status is 3.
            """)

    @Argument(help: "A video file.", completion: .file())
    var input: String

    @Option(
        name: .customLong("click"),
        help: "X,Y@SECONDS: where an object is, in pixels, and when. One object for each time it is given.")
    var clicks: [ClickArgument] = []

    @Option(help: "Where the video with the masks drawn on it goes (MP4).", completion: .file(extensions: ["mp4"]))
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
        if clicks.isEmpty { throw ValidationError("give at least one --click X,Y@SECONDS") }
        if out == nil, masks == nil, !json {
            throw ValidationError("give --out, --masks or --json: else nothing comes out")
        }
    }

    func run() async throws {
        do {
            try await track()
        } catch let error as MediaError {
            throw CommandFailure(error.description)
        } catch let error as VisionError {
            throw CommandFailure(error.description)
        }
    }

    private func track() async throws {
        let feed = try FileFrameFeed(SourceOptions(url: input, displayAspect: shape.displayAspect?.ratio))
        let family = try await model.load()
        let sink = try TrackOutput(
            video: out, masks: masks, json: json, framesPerSecond: feed.info.framesPerSecond)
        var objects = clicks.enumerated().map { FollowedClick(number: $0.offset, click: $0.element) }
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
                    "the video ends before \(object.startSeconds) s, the moment of click \(object.number + 1)")
            }
            StandardError.write(
                "object \(object.number + 1): seen in \(object.presentFrames) frames, lost in \(object.lostFrames)")
        }
        if feed.damagedFrames > 0 { StandardError.write("warning: \(feed.damagedFrames) frames are damaged") }
        if let fileBreak = feed.fileBreak { throw CommandFailure.breaksOff(fileBreak) }
    }
}
