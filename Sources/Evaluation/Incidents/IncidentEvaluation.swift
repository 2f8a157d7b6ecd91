import Camera
import Domain
import Foundation
public import Incidents
import Media

/// Runs the daemon's own pipeline over a folder of labelled clips and scores it.
public struct IncidentEvaluation: Sendable {
    /// How it is run; the rules are the camera defaults unless the caller says otherwise.
    public struct Settings: Sendable {
        public var rules: RuleSettings
        public var pace: Pace
        public var preRollSeconds: Double
        public var postRollSeconds: Double
        /// For how long the first frame is shown before the clip goes on; all times stay those of the clip.
        public var holdFirstFrameSeconds: Double
        /// Decodes all frames, also while nothing happens.
        public var isContinuous: Bool

        public init(
            rules: RuleSettings = RuleSettings(), pace: Pace = .fast, preRollSeconds: Double = 10,
            postRollSeconds: Double = 10, holdFirstFrameSeconds: Double = 0, isContinuous: Bool = true
        ) {
            self.isContinuous = isContinuous
            self.holdFirstFrameSeconds = holdFirstFrameSeconds
            self.rules = rules
            self.pace = pace
            self.preRollSeconds = preRollSeconds
            self.postRollSeconds = postRollSeconds
        }
    }

    /// Where the evaluation is.
    public enum Progress: Sendable {
        case began(clip: String, index: Int, count: Int)
        /// Media seconds done of the clip's.
        case frame(clip: String, seconds: Double, durationSeconds: Double?)
        /// A clip without a label is taken as one in which nothing happens.
        case unlabelled(clip: String)
        /// A clip that ends too early was judged as far as it goes.
        case brokeOff(FileBreak)
        case finished(IncidentReport.Clip)
    }

    private let settings: Settings
    private let clock: any WallClock
    private let makeObserver: @Sendable () async throws -> any SceneObserver
    private let makeProving: @Sendable () -> Proving?
    private let onProof: @Sendable (String, Suspicion, Proof) -> Void

    /// - Parameter makeObserver: a fresh tracker for each clip.
    public init(
        settings: Settings = Settings(), clock: any WallClock = SystemClock(),
        makeObserver: @escaping @Sendable () async throws -> any SceneObserver,
        makeProving: @escaping @Sendable () -> Proving? = { nil },
        onProof: @escaping @Sendable (String, Suspicion, Proof) -> Void = { _, _, _ in }
    ) {
        self.settings = settings
        self.clock = clock
        self.makeObserver = makeObserver
        self.makeProving = makeProving
        self.onProof = onProof
    }

    /// Evaluates all `.mp4` files of `directory` in order of name. A clip that can't be read or whose label is wrong
    /// counts as missed, with its error; the rest goes on.
    /// - Throws: `IncidentEvaluationError`, `CancellationError`, and what `makeObserver` throws.
    public func run(
        directory: URL, progress: @Sendable (Progress) -> Void = { _ in }
    ) async throws -> IncidentReport {
        let files = try Self.clips(in: directory)
        var clips: [IncidentReport.Clip] = []
        var bytesKept = 0, bytesSeen = 0
        var mediaSeconds = 0.0
        var cpuSeconds = 0.0
        for (index, file) in files.enumerated() {
            let name = file.deletingPathExtension().lastPathComponent
            progress(.began(clip: name, index: index, count: files.count))
            let observer = try await makeObserver()
            let began = ProcessorTime.seconds()
            do {
                let clip = try await evaluate(file, name: name, observer: observer, progress: progress)
                cpuSeconds += ProcessorTime.seconds() - began
                mediaSeconds += clip.mediaSeconds
                bytesKept += clip.bytesKept
                bytesSeen += clip.bytesSeen
                clips.append(clip.report)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                clips.append(
                    IncidentReport.Clip(
                        clip: name, expected: "unknown", detected: [], isHit: false, falseAlarms: 0, delaySeconds: nil,
                        error: "\(error)"))
            }
            if let last = clips.last { progress(.finished(last)) }
        }
        return IncidentReport(
            clips: clips, bytesKept: bytesKept, bytesSeen: bytesSeen, cpuSeconds: cpuSeconds, mediaSeconds: mediaSeconds
        )
    }

    private struct Evaluated {
        var report: IncidentReport.Clip
        var mediaSeconds: Double
        var bytesKept: Int
        var bytesSeen: Int
    }

    static func clips(in directory: URL) throws -> [URL] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory.path, isDirectory: &isFolder), isFolder.boolValue else {
            throw IncidentEvaluationError.notAFolder(path: directory.path)
        }
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension.lowercased() == "mp4" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        guard !files.isEmpty else { throw IncidentEvaluationError.noClips(path: directory.path) }
        return files
    }

    private func evaluate(
        _ file: URL, name: String, observer: any SceneObserver, progress: @Sendable (Progress) -> Void
    ) async throws -> Evaluated {
        let labelFile = file.deletingPathExtension().appendingPathExtension("json")
        var label: IncidentLabel?
        if FileManager.default.fileExists(atPath: labelFile.path) {
            label = try IncidentLabel(contentsOf: labelFile)
        } else {
            progress(.unlabelled(clip: name))
        }
        let film = try FileFrameFeed(
            SourceOptions(url: file.path), pace: settings.pace, clock: clock, isContinuous: settings.isContinuous)
        let held = settings.holdFirstFrameSeconds
        let feed: any FrameFeed = held > 0 ? HeldFirstFrame(film, seconds: held) : film
        let began = clock.monotonicSeconds()
        let pipeline = CameraPipeline(
            feed: feed, observer: observer, engine: .ofClip(settings.rules, zones: label?.zones ?? []), clock: clock,
            proving: makeProving(), onProof: { [onProof] in onProof(name, $0, $1) })
        var collected = AnnouncedIncidents()
        var mediaSeconds = 0.0
        let size = label?.size ?? feed.info.frameSize
        try await pipeline.run { output in
            let seconds = output.observation.time.seconds
            mediaSeconds = max(mediaSeconds, seconds)
            let announced =
                switch settings.pace {
                case .fast: seconds
                case .realTime: clock.monotonicSeconds() - began
                }
            for event in output.events { collected.take(event, announcedSeconds: announced, size: size) }
            progress(.frame(clip: name, seconds: seconds, durationSeconds: feed.info.durationSeconds))
        }
        let detections = collected.detections.map { $0.earlier(bySeconds: held) }
        let score = IncidentScoring.score(detections, expected: label?.expected)
        let spans = detections.map {
            ($0.startSeconds - settings.preRollSeconds)...max(
                $0.startSeconds, $0.endSeconds + settings.postRollSeconds)
        }
        if let fileBreak = film.fileBreak { progress(.brokeOff(fileBreak)) }
        let packets = try KeptBytes.packets(of: file.path)
        let bytes = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        return Evaluated(
            report: IncidentReport.Clip(
                clip: name, expected: label?.expected?.kind ?? "none",
                detected: detections.map {
                    IncidentReport.Detected(
                        kind: $0.kind, startSeconds: $0.startSeconds, endSeconds: $0.endSeconds, region: $0.region)
                },
                isHit: score.isHit, falseAlarms: score.falseAlarms, delaySeconds: score.delaySeconds,
                fileBreak: film.fileBreak),
            mediaSeconds: feed.info.durationSeconds ?? mediaSeconds,
            bytesKept: KeptBytes.count(packets, spans: spans), bytesSeen: bytes)
    }
}

extension IncidentEngine {
    /// Judges a clip that belongs to no site: of its camera nothing is known but the zones.
    static func ofClip(_ rules: RuleSettings, zones: [Zone] = []) -> IncidentEngine {
        let camera = CameraID(rawValue: "eval")!
        let ids = MonotonicID()
        return IncidentEngine(
            settings: rules, scene: CameraScene(camera: camera, zones: zones),
            makeID: { IncidentID(rawValue: ids.next(at: $0)) })
    }
}

/// Why a folder can't be evaluated.
public enum IncidentEvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
    case notAFolder(path: String)
    case noClips(path: String)

    public var description: String {
        switch self {
        case .notAFolder(let path): "\(path) is not a folder: give one that holds NAME.mp4 and NAME.json"
        case .noClips(let path): "\(path) holds no .mp4 clips: give a folder that holds NAME.mp4 and NAME.json"
        }
    }
}

extension RuleSettings {
    /// The defaults, but for what takes longer than a labelled clip: what was left or taken is reported after 3 s, and
    /// what stood for 2.5 s before stood long. The same as `configs/eval.yaml`.
    public static var labelledClips: RuleSettings {
        var settings = RuleSettings()
        settings.objectLeft.staySeconds = 3
        settings.objectRemoved.staySeconds = 3
        settings.objectRemoved.minStoodSeconds = 2.5
        return settings
    }
}

/// How many bytes of a file would be kept as clips: its packets from the last key frame at or before each start to each
/// end, each packet once.
enum KeptBytes {
    struct PacketSize: Hashable, Sendable {
        var seconds: Double
        var bytes: Int
        var isKeyFrame: Bool
    }

    /// - Parameter spans: from (start − pre-roll) to (end + post-roll), in seconds.
    static func count(_ packets: [PacketSize], spans: [ClosedRange<Double>]) -> Int {
        guard !spans.isEmpty else { return 0 }
        let begins = spans.map { span in
            packets.last { $0.isKeyFrame && $0.seconds <= span.lowerBound }?.seconds ?? packets.first?.seconds ?? 0
        }
        return packets.reduce(0) { sum, packet in
            let isKept = zip(begins, spans).contains { packet.seconds >= $0 && packet.seconds <= $1.upperBound }
            return isKept ? sum + packet.bytes : sum
        }
    }

    /// Reads the sizes of a file's packets. Blocks.
    /// - Throws: `MediaError`.
    static func packets(of path: String) throws -> [PacketSize] {
        let demuxer = try Demuxer(SourceOptions(url: path))
        var sizes: [PacketSize] = []
        while let packet = try demuxer.read() {
            sizes.append(
                PacketSize(seconds: packet.time.seconds, bytes: packet.byteCount, isKeyFrame: packet.isKeyFrame))
        }
        return sizes
    }
}
