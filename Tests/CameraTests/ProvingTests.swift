import Domain
import Foundation
import Incidents
import Media
import Synchronization
import TestSupport
import Testing
import Vision

@testable import Camera

/// With real packets, real frames and the bundled networks.
@Suite("Proving what motion suspects")
struct ProvingTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func retracer() async throws -> Retracer {
        let inference = try InferenceService()
        let models = Self.root.appending(path: "models")
        return Retracer(
            family: try await CompactFamily(directory: models.appending(path: "compact"), inference: inference),
            person: try await PersonGauge(directory: models.appending(path: "person"), inference: inference))
    }

    private func engine() -> IncidentEngine {
        let ids = MonotonicID()
        var settings = RuleSettings()
        // So that it is its way back that proves it.
        settings.fallingObject.flight = false
        return IncidentEngine(
            settings: settings, scene: CameraScene(camera: Script.camera),
            makeID: { IncidentID(rawValue: ids.next(at: $0)) })
    }

    private struct Played {
        var events: [IncidentEvent] = []
        var proofs: [(suspicion: Suspicion, proof: Proof)] = []
        var pictures: [IncidentID: VideoFrame] = [:]
        var tracks: [Track] = []
    }

    /// Plays a film as a camera's pipeline does, and proves from the packets of its ring.
    private func play(
        _ film: URL, retracer: Retracer
    ) async throws -> Played {
        let ring = PacketRing(seconds: 60, maxBytes: 64 << 20)
        let feed = try FileFrameFeed(SourceOptions(url: film.path), ring: ring)
        let proofs = Mutex<[(Suspicion, Proof)]>([])
        let pipeline = CameraPipeline(
            feed: feed, observer: SceneTracker(), engine: engine(),
            proving: Proving(prover: RetraceProver(retracer, history: RingFrames(ring: ring)), pace: .inStep),
            onProof: { suspicion, proof in proofs.withLock { $0.append((suspicion, proof)) } })
        var played = Played()
        try await pipeline.run { output in
            played.events += output.events
            played.pictures.merge(output.pictures) { first, _ in first }
        }
        played.proofs = proofs.withLock { $0 }
        played.tracks = pipeline.tracks(from: MediaTime(seconds: 0), to: MediaTime(seconds: 1000))
        return played
    }

    @Test("a bucket that falls is followed home through the packets of the ring, and told")
    func fall() async throws {
        let played = try await play(
            Self.root.appending(path: "samples/fall_bucket.mp4"), retracer: try await retracer())
        #expect(played.events.first?.type == "new" && played.events.first?.incident.kind == .fallingObject)
        #expect(Set(played.events.map(\.incident.id)).count == 1)
        let falls = played.proofs.filter { $0.suspicion.kind == .fallingObject }
        let (suspicion, proof) = try #require(falls.first)
        #expect(falls.count == 1)
        guard case .path(let path) = proof else {
            Issue.record("\(proof)")
            return
        }
        let first = try #require(path.moments.first), last = try #require(path.moments.last)
        #expect(first.seconds < suspicion.startSeconds - 1)
        // It stood on the second shelf, a quarter of the picture above the floor that it lies on.
        #expect(last.centroid.y - first.centroid.y > 0.2 * Double(path.frameSize.height))
        #expect(abs(first.area - last.area) < 0.5 * last.area)
        // It is kept as a track of the incident, masks and all, for clip and sidecar; and drawn in one picture.
        let incident = try #require(played.events.first?.incident)
        let track = try #require(played.tracks.first { $0.origin == .retrace })
        #expect(incident.tracks.contains(track.id) && track.samples.count == path.moments.count)
        #expect(track.samples.allSatisfy { $0.mask != nil })
        let picture = try #require(played.pictures[incident.id])
        #expect(picture.size == path.frameSize)
        if let folder = ProcessInfo.processInfo.environment["AISLEWATCH_PICTURES"] {
            var image = RGBImage(size: picture.size, pixels: [])
            FrameScaler().rgb(picture, width: picture.size.width, height: picture.size.height, into: &image.pixels)
            try JPEGEncoder.encode(image).write(to: URL(filePath: "\(folder)/stroboscopic.jpg"))
        }
    }

    @Test("questions about persons that come at the same time, from several cameras, don't mix")
    func personsAtOnce() async throws {
        let gauge = try await PersonGauge(
            directory: Self.root.appending(path: "models/person"), inference: try InferenceService())
        let film = Self.root.appending(path: "samples/quiet_walk.mp4")
        let frames = try [3.0, 3.5, 4, 4.5, 5, 5.5].compactMap { try StillFrames.shown(in: film, at: $0) }
        #expect(frames.count == 6)
        let place = Region(x: 200, y: 60, width: 200, height: 240)
        var expected: [BodyPath] = []
        for frame in frames { expected.append(try await gauge.follow([frame]) { _ in place }) }
        #expect(Set(expected.compactMap(\.moments.first)).count >= 3)
        let found = try await withThrowingTaskGroup(of: (Int, BodyPath).self) { group in
            for (number, frame) in frames.enumerated() {
                group.addTask { (number, try await gauge.follow([frame]) { _ in place }) }
            }
            return try await group.reduce(into: [Int: BodyPath]()) { $0[$1.0] = $1.1 }
        }
        for (number, path) in expected.enumerated() { #expect(found[number] == path) }
    }

    @Test("frames of a ring between two moments are those that were shown then, and no more than may be held")
    func ringFrames() async throws {
        let folder = try TemporaryDirectory()
        let film = try TestVideo.make(folder.url.appending(path: "film.mp4"), framesPerSecond: 10, seconds: 4)
        let ring = PacketRing(seconds: 60, maxBytes: 16 << 20)
        let feed = try FileFrameFeed(SourceOptions(url: film.path), ring: ring)
        var times: [MediaTime] = []
        while let frame = try await feed.next() { times.append(frame.time) }
        let all = try await RingFrames(ring: ring).frames(from: times[12], to: times[27])
        #expect(all.map(\.time) == Array(times[12...27]))
        let few = try await RingFrames(ring: ring, maxFrames: 5).frames(from: times[12], to: times[27])
        #expect(few.first?.time == times[12] && few.last?.time == times[27] && (3...6).contains(few.count))
        #expect(few.map(\.time) == few.map(\.time).sorted())
    }

    @Test("kept frames are those of the last seconds of one epoch")
    func keptFrames() throws {
        let kept = KeptFrames(seconds: 2)
        for frame in 0..<60 {
            kept.note(
                try VideoFrame(
                    luma: [0], size: FrameSize(width: 1, height: 1), time: MediaTime(seconds: Double(frame) / 10)))
        }
        let all = kept.frames(from: MediaTime(seconds: 0), to: MediaTime(seconds: 5))
        #expect(all.last?.time == MediaTime(seconds: 5) && (all.first?.time.seconds ?? 0) >= 2.8)
        kept.note(
            try VideoFrame(luma: [0], size: FrameSize(width: 1, height: 1), time: MediaTime(epoch: 1, seconds: 0)))
        #expect(kept.frames(from: MediaTime(seconds: 0), to: MediaTime(epoch: 1, seconds: 1)).count == 1)
    }

    private final class Order: Sendable {
        let numbers = Mutex<[Int]>([])
    }

    @Test("few are proven at a time, and the others have their turn in order")
    func turns() async {
        let turns = ProofTurns(atOnce: 1)
        await turns.take()
        let order = Order()
        await withTaskGroup(of: Void.self) { group in
            for number in 1...3 {
                group.addTask {
                    await turns.take()
                    order.numbers.withLock { $0.append(number) }
                    turns.giveBack()
                }
            }
            #expect(order.numbers.withLock { $0.isEmpty })
            turns.giveBack()
            await group.waitForAll()
        }
        #expect(order.numbers.withLock { $0.sorted() } == [1, 2, 3])
        await turns.take()
    }
}
