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
            is reported as lost instead of something else being followed.
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
        let feed = try FileFrameFeed(path: input)
        let family = try await model.load()
        let sink = try TrackOutput(
            video: out, masks: masks, json: json, framesPerSecond: feed.info.framesPerSecond)
        var objects = clicks.enumerated().map { FollowedClick(number: $0.offset, click: $0.element) }
        let progress = ProgressReporter("following")
        while let frame = try await feed.next() {
            var seen: [TrackOutput.Seen] = []
            for index in objects.indices {
                if let observation = try await objects[index].observe(frame, family: family) {
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
                throw CommandFailure(
                    "the video ends before \(object.startSeconds) s, the moment of click \(object.number + 1)")
            }
            StandardError.write(
                "object \(object.number + 1): seen in \(object.presentFrames) frames, lost in \(object.lostFrames)")
        }
    }
}
