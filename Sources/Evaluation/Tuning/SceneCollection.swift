public import Camera
public import Domain
public import Foundation
import Incidents
import Media

/// Looks at labelled clips once, and keeps what the tracker saw.
public struct SceneCollection: Sendable {
    private let clock: any WallClock
    private let makeObserver: @Sendable () async throws -> any SceneObserver

    /// - Parameter makeObserver: a fresh tracker for each clip.
    public init(
        clock: any WallClock = SystemClock(), makeObserver: @escaping @Sendable () async throws -> any SceneObserver
    ) {
        self.clock = clock
        self.makeObserver = makeObserver
    }

    /// - Parameter cache: Where recorded scenes are kept between runs, named after the clips; nil keeps none. A
    ///   recording older than its clip is made anew.
    /// - Throws: `IncidentEvaluationError`, and what reading a clip or its label throws.
    public func scenes(
        in directory: URL, cache: URL? = nil,
        progress: @Sendable (_ clip: String, _ fraction: Double) -> Void = { _, _ in }
    ) async throws -> [LabelledScene] {
        let files = try IncidentEvaluation.clips(in: directory)
        if let cache { try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true) }
        var scenes: [LabelledScene] = []
        for (index, file) in files.enumerated() {
            let name = file.deletingPathExtension().lastPathComponent
            progress(name, Double(index) / Double(files.count))
            let labelFile = file.deletingPathExtension().appendingPathExtension("json")
            let label =
                FileManager.default.fileExists(atPath: labelFile.path) ? try IncidentLabel(contentsOf: labelFile) : nil
            let kept = cache?.appending(path: name + ".scene.json")
            let observations =
                if let known = kept.flatMap({ recorded($0, of: file) }) {
                    known
                } else {
                    try await observe(file, keepIn: kept)
                }
            scenes.append(
                LabelledScene(
                    name: name, expected: label?.expected, zones: label?.zones ?? [],
                    size: label?.size ?? observations.first?.frameSize ?? FrameSize(width: 0, height: 0),
                    observations: observations))
        }
        return scenes
    }

    private func recorded(_ cached: URL, of file: URL) -> [SceneObservation]? {
        func date(_ url: URL) -> Date? {
            (try? FileManager.default.attributesOfItem(atPath: url.path))?[.modificationDate] as? Date
        }
        guard let made = date(cached), let changed = date(file), made >= changed,
            let data = try? Data(contentsOf: cached),
            let recording = try? JSONDecoder().decode(SceneRecording.self, from: data),
            recording.version == SceneRecording.currentVersion
        else { return nil }
        return recording.observations
    }

    private func observe(_ file: URL, keepIn cached: URL?) async throws -> [SceneObservation] {
        let feed = try FileFrameFeed(SourceOptions(url: file.path), pace: .fast, clock: clock)
        let observer = try await makeObserver()
        var observations: [SceneObservation] = []
        while let frame = try await feed.next() {
            // As the pipeline does.
            guard !frame.isDamaged else { continue }
            var observation = try await observer.observe(frame)
            // Rules look at places and cues, not at masks, and masks are large.
            for index in observation.tracks.indices { observation.tracks[index].sample.mask = nil }
            observations.append(observation)
        }
        if let cached {
            let recording = SceneRecording(
                framesPerSecond: feed.info.framesPerSecond, zones: [], observations: observations)
            try JSONEncoder().encode(recording).write(to: cached)
        }
        return observations
    }
}

/// A labelled clip as the tracker saw it: what rules can be run over again and again without the video.
public struct LabelledScene: Sendable {
    public var name: String
    /// In the clip's pixels; nil where nothing happens.
    public var expected: IncidentLabel.Expected?
    public var zones: [Zone]
    public var size: FrameSize
    public var observations: [SceneObservation]

    public init(
        name: String, expected: IncidentLabel.Expected?, zones: [Zone], size: FrameSize,
        observations: [SceneObservation]
    ) {
        self.name = name
        self.expected = expected
        self.zones = zones
        self.size = size
        self.observations = observations
    }
}
