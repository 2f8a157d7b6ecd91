import Domain
import Foundation
import Media
import TestSupport
import Testing

@testable import Vision

/// With the bundled networks.
@Suite("following a thing back to where it came from")
struct RetracerTests {
    /// The square stands high, falls between 1 s and 1.5 s and lies; ten frames a second. nil is where it is not there.
    private func frames(_ place: (Double) -> (x: Int, y: Int)?) throws -> [VideoFrame] {
        try (0..<25).map { frame in
            let seconds = Double(frame) / 10
            return try Synthetic.frame(square: place(seconds), seconds: seconds)
        }
    }

    private static func fall(_ seconds: Double) -> (x: Int, y: Int) {
        let part = min(1, max(0, (seconds - 1) / 0.5))
        return (120, 20 + Int(140 * part * part))
    }

    private func request(hints: Bool = true) -> Retracer.Request {
        let way = (0..<25).map { frame -> (seconds: Double, region: Region) in
            let seconds = Double(frame) / 10
            let place = Self.fall(seconds)
            return (seconds, Region(x: place.x, y: place.y, width: 56, height: 56))
        }
        return Retracer.Request(
            place: Region(x: 116, y: 156, width: 64, height: 64), startSeconds: 1, hints: hints ? way : [])
    }

    @Test("what fell is found where it lies and followed to where it stood")
    func home() async throws {
        let retracer = Retracer(family: try await Synthetic.family())
        let path = try #require(try await retracer.retrace(request(), frames: frames { Self.fall($0) }))
        #expect(path.quality > 0.7 && path.changeOverlap > 0.5 && path.outlineGain > 0.2)
        let last = try #require(path.moments.last), first = try #require(path.moments.first)
        #expect(last.region.iou(Region(x: 120, y: 160, width: 56, height: 56)) > 0.7)
        #expect(first.seconds < 0.3 && first.region.iou(Region(x: 120, y: 20, width: 56, height: 56)) > 0.6)
        #expect(path.moments.map(\.seconds) == path.moments.map(\.seconds).sorted())
        #expect(path.lookedSeconds.count >= path.moments.count)
    }

    @Test("what came from nowhere is followed to its first frame and no further")
    func fromNothing() async throws {
        let retracer = Retracer(family: try await Synthetic.family())
        let path = try #require(
            try await retracer.retrace(
                Retracer.Request(place: Region(x: 116, y: 156, width: 64, height: 64), startSeconds: 1),
                frames: frames { $0 < 1 ? nil : (120, 160) }))
        // While it lies still five frames a second are enough.
        #expect(path.moments.count >= 5 && path.moments.count <= 10 && path.lookedSeconds.count < 20)
        #expect(path.moments.allSatisfy { $0.seconds > 0.85 })
        #expect(try #require(path.moments.first).seconds < 1.25)
    }

    @Test("where nothing has changed there is nothing to follow")
    func nothingChanged() async throws {
        let retracer = Retracer(family: try await Synthetic.family())
        let path = try #require(try await retracer.retrace(request(), frames: frames { _ in (20, 20) }))
        #expect(path.quality == 0 && path.moments.isEmpty)
        #expect(try await retracer.retrace(request(), frames: []) == nil)
    }

    @Test("a shadow has no edges of its own")
    func shadow() throws {
        let plain = try (0..<5).map { try Synthetic.frame(square: nil, seconds: Double($0) / 10) }
        let box = try (10..<15).map { try Synthetic.frame(square: (120, 100), seconds: Double($0) / 10) }
        let place = Region(x: 116, y: 96, width: 64, height: 64)
        let appeared = try #require(ChangedPixels(before: plain, after: box, place: place, scaler: FrameScaler()))
        let left = try #require(ChangedPixels(before: box, after: plain, place: place, scaler: FrameScaler()))
        let mask = try #require(appeared.mask)
        #expect(mask.iou(Synthetic.squareMask(at: (120, 100))) > 0.8)
        #expect(appeared.outlineGain(of: mask) > 0.3 && left.outlineGain(of: mask) < -0.3)
        let inner = try #require(appeared.innerPoint)
        #expect(inner.distance(to: Point(x: 148, y: 128)) < 8)
        let same = try #require(ChangedPixels(before: plain, after: plain, place: place, scaler: FrameScaler()))
        #expect(same.mask == nil && same.innerPoint == nil)
    }

    @Test("a made-up square is no person, and neither is an empty floor")
    func noPerson() async throws {
        let gauge = try await PersonGauge(
            directory: Synthetic.models.deletingLastPathComponent().appending(path: "person"),
            inference: InferenceService())
        let frame = try Synthetic.frame(square: (120, 100), seconds: 0)
        #expect(try await gauge.presence(in: frame, of: Region(x: 120, y: 100, width: 56, height: 56)) < 0.2)
        #expect(try await gauge.presence(in: frame, of: Region(x: 0, y: 0, width: 0, height: 0)) == 0)
    }

    @Test("a network for persons whose file is missing, cut or another one is refused with the reason")
    func badPersonModel() async throws {
        let folder = try TemporaryDirectory()
        await #expect(throws: VisionError.self) {
            _ = try await PersonGauge(directory: folder.url, inference: InferenceService())
        }
        let manifest = #"{"file": "a.tflite", "bytes": 4, "sha256": "00", "cropSide": 256}"#
        try Data(manifest.utf8).write(to: folder.url.appending(path: "manifest.json"))
        try Data("abc".utf8).write(to: folder.url.appending(path: "a.tflite"))
        await #expect {
            _ = try await PersonGauge(directory: folder.url, inference: InferenceService())
        } throws: { error in
            if case VisionError.modelTruncated = error { true } else { false }
        }
    }
}
