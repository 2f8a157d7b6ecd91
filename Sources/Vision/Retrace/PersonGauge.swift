import Domain
public import Foundation
import Media

/// Tells whether a part of a frame is a person, and how its body lies, by a network for body landmarks.
///
/// The network is MediaPipe's `pose_landmark_full` (Bazarevsky et al., BlazePose, 2020; Apache-2.0). Its presence is hardly ever
/// there on things, vehicles and machines, and most of the time on somebody who is seen as a whole and 60 pixels or taller;
/// that it is not there says little.
public actor PersonGauge {
    /// From this presence on it is a person.
    public static let leastPresence = 0.5

    /// Sides of the crops that are looked at, over the longer side of the thing.
    private static let cropFactors = [1.25, 1.8]
    private static let inputName = "input_1"
    private static let landmarksName = "Identity"
    private static let presenceName = "Identity_1"
    /// Landmarks, with five values each: x and y in pixels of the crop, depth, visibility and presence as logits.
    private static let landmarkCount = 39
    private static let landmarkValues = 5
    /// Numbers of landmarks in BlazePose's order. The last two are no joints: the middle of the hips, and a point straight above
    /// it as far away as the circle around the whole body reaches.
    private static let shoulders = (11, 12), hips = (23, 24), ankles = (27, 28)
    private static let centre = 33, top = 34
    /// Side of the crop in which a body is followed, over that circle's diameter; as MediaPipe's own graph takes it.
    private static let followedFactor = 1.25
    /// The circle's radius of somebody who stands, over the length of the torso: measured on standing persons, 1.65 to 2.05.
    private static let radiusPerTorso = 1.8
    /// Bodies are looked for in crops turned by these angles: who lies is found better with the head up.
    private static let turns = [0, Double.pi / 2, -Double.pi / 2]

    private struct Manifest: Decodable {
        var file: String
        var bytes: Int
        var sha256: String
        var cropSide: Int
    }

    private let graph: GraphHandle
    private let inference: InferenceService
    private let side: Int
    private let scaler = FrameScaler()
    private var pixels: [UInt8] = []

    /// Loads the network; takes less than a second.
    /// - Parameter directory: holds `manifest.json` and the file it names, for instance `ModelLocator.directory(of: "person")`.
    /// - Throws: `VisionError`.
    public init(directory: URL, inference: InferenceService) async throws {
        let path = directory.appendingPathComponent("manifest.json")
        let bytes = try ModelFile.read(path)
        let manifest: Manifest
        do {
            manifest = try JSONDecoder().decode(Manifest.self, from: Data(bytes))
        } catch {
            throw VisionError.manifestInvalid(path: path.path, reason: "it isn't the manifest of a network for persons")
        }
        guard !manifest.file.contains("/"), (32...1024).contains(manifest.cropSide) else {
            throw VisionError.manifestInvalid(path: path.path, reason: "file or cropSide can't be meant")
        }
        let file = directory.appendingPathComponent(manifest.file)
        _ = try ModelFile.read(file, expectedBytes: manifest.bytes, sha256: manifest.sha256)
        graph = try await inference.load(liteFile: file)
        side = manifest.cropSide
        try graph.require([
            TensorDescription(name: Self.inputName, shape: [1, side, side, 3]),
            TensorDescription(name: Self.presenceName, shape: [1, 1]),
            TensorDescription(name: Self.landmarksName, shape: [1, Self.landmarkCount * Self.landmarkValues]),
        ])
        self.inference = inference
    }

    /// How surely `region` of a frame is a person, 0 to 1.
    /// - Throws: an error of the runtime, `CancellationError`.
    public func presence(in frame: VideoFrame, of region: Region) async throws -> Double {
        guard !region.isEmpty else { return 0 }
        let views = try Views(graph)
        var best = 0.0
        for factor in Self.cropFactors {
            let side = Double(max(region.width, region.height)) * factor
            best = max(best, try await look(frame, Square(centre: region.center, side: side, angle: 0), views))
            if best >= Self.leastPresence { break }
        }
        return best
    }

    /// What one question puts in and gets out. Several cameras ask at the same time, and while one waits for the network another
    /// may come to ask: each has its own.
    private struct Views {
        let image: Tensor
        let presence: Tensor
        let landmarks: Tensor

        init(_ graph: GraphHandle) throws {
            image = try graph.makeTensor(inputName)
            presence = try graph.makeTensor(presenceName)
            landmarks = try graph.makeTensor(landmarksName)
        }
    }

    /// Asks the network about a square of the frame.
    /// - Returns: the presence; the landmarks lie in `views`.
    private func look(_ frame: VideoFrame, _ square: Square, _ views: Views) async throws -> Double {
        fill(views.image, frame, square)
        try await inference.run(
            graph, inputs: [Self.inputName: views.image],
            outputs: [Self.presenceName: views.presence, Self.landmarksName: views.landmarks])
        return views.presence.withFloats { Double($0[0]) }
    }

    // MARK: - Following a body

    /// A square of the frame, turned.
    private struct Square {
        var centre: Point
        var side: Double
        /// Clockwise in the picture, in radians; 0 where its upper edge is up.
        var angle: Double
    }

    /// A body, and the square in which it is looked for next.
    private struct Found {
        var moment: BodyPath.Moment
        var next: Square
    }

    /// Follows one person through frames, each time in the square around where the body was the frame before, turned with it, as
    /// BlazePose does (Bazarevsky et al., BlazePose: On-device Real-time Body Pose Tracking, 2020, sec. 2.1).
    /// - Parameters:
    ///   - frames: of one size, in order of time.
    ///   - region: where the person may be at a time, for the first frame and for those in which it was lost.
    ///   - goesOn: asked after each frame; false ends it.
    /// - Throws: an error of the runtime, `CancellationError`.
    public func follow(
        _ frames: [VideoFrame], region: (_ seconds: Double) -> Region?,
        while goesOn: (BodyPath) -> Bool = { _ in true }
    ) async throws -> BodyPath {
        var path = BodyPath(frameSize: frames.first?.size ?? FrameSize(width: 0, height: 0))
        let views = try Views(graph)
        var square: Square?
        for frame in frames where frame.size == path.frameSize {
            try Task.checkCancellation()
            path.lookedSeconds.append(frame.time.seconds)
            var found: Found?
            if let last = square { found = try await body(in: frame, last, views) }
            if found.map({ $0.moment.presence < Self.leastPresence }) ?? true {
                let places = Self.squares(around: region(frame.time.seconds), last: square)
                for place in places {
                    let other = try await body(in: frame, place, views)
                    if (other?.moment.presence ?? 0) > (found?.moment.presence ?? 0) { found = other }
                    if (found?.moment.presence ?? 0) >= Self.leastPresence { break }
                }
            }
            if let found, found.moment.presence >= Self.leastPresence {
                square = found.next
                path.moments.append(found.moment)
            }
            guard goesOn(path) else { break }
        }
        return path
    }

    private static func squares(around region: Region?, last: Square?) -> [Square] {
        var squares: [Square] = []
        if let last { squares += turns.map { Square(centre: last.centre, side: 1.4 * last.side, angle: $0) } }
        if let region, !region.isEmpty {
            let side = Double(max(region.width, region.height))
            for turn in last == nil ? [0] : turns {
                squares += cropFactors.map { Square(centre: region.center, side: side * $0, angle: turn) }
            }
            // What moved may be but an arm.
            if last == nil { squares.append(Square(centre: region.center, side: side * 3.2, angle: 0)) }
        }
        return squares
    }

    private func body(in frame: VideoFrame, _ square: Square, _ views: Views) async throws -> Found? {
        guard square.side >= 16, square.side <= 8 * Double(max(frame.size.width, frame.size.height)) else { return nil }
        let presence = try await look(frame, square, views)
        let points = views.landmarks.withFloats { floats in
            (0..<Self.landmarkCount).map { number in
                place(
                    Double(floats[number * Self.landmarkValues]), Double(floats[number * Self.landmarkValues + 1]),
                    square)
            }
        }
        func middle(_ pair: (Int, Int)) -> Point {
            Point(x: (points[pair.0].x + points[pair.1].x) / 2, y: (points[pair.0].y + points[pair.1].y) / 2)
        }
        let shoulders = middle(Self.shoulders), hips = middle(Self.hips)
        let centre = points[Self.centre], top = points[Self.top]
        let radius = centre.distance(to: top)
        guard presence.isFinite, radius.isFinite, radius > 4 else { return nil }
        let moment = BodyPath.Moment(
            seconds: frame.time.seconds, presence: presence, shoulders: shoulders, hips: hips,
            ankles: middle(Self.ankles),
            torsoPixels: max(shoulders.distance(to: hips), radius / Self.radiusPerTorso))
        // Straight up is −90 degrees, where y grows downwards.
        let angle = atan2(top.y - centre.y, top.x - centre.x) + .pi / 2
        return Found(
            moment: moment, next: Square(centre: centre, side: 2 * Self.followedFactor * radius, angle: angle))
    }

    /// From pixels of the crop to pixels of the frame.
    private func place(_ x: Double, _ y: Double, _ square: Square) -> Point {
        let scale = square.side / Double(side)
        let right = (x - Double(side) / 2) * scale, down = (y - Double(side) / 2) * scale
        let cosine = cos(square.angle), sine = sin(square.angle)
        return Point(
            x: square.centre.x + cosine * right - sine * down, y: square.centre.y + sine * right + cosine * down)
    }

    /// Fills an input with a turned square: the upright square around it, of which each pixel takes the nearest.
    private func fill(_ image: Tensor, _ frame: VideoFrame, _ square: Square) {
        let cosine = cos(square.angle), sine = sin(square.angle)
        let isTurned = abs(sine) > 0.02 || cosine < 0
        let reach = isTurned ? abs(cosine) + abs(sine) : 1
        let outer = square.side * reach
        let crop = Region(
            x: Int(clamping: square.centre.x - outer / 2), y: Int(clamping: square.centre.y - outer / 2),
            width: max(8, Int(clamping: outer)), height: max(8, Int(clamping: outer)))
        let wide = isTurned ? Int(clamping: Double(side) * reach) : side
        scaler.rgb(frame, crop: crop, width: wide, height: wide, outside: .grey, into: &pixels)
        let pixels = pixels, side = side
        let middle = Double(side) / 2, wideMiddle = Double(wide) / 2
        image.withFloats { floats in
            guard floats.count == side * side * 3, pixels.count == wide * wide * 3 else { return }
            for y in 0..<side {
                let down = Double(y) + 0.5 - middle
                for x in 0..<side {
                    let right = Double(x) + 0.5 - middle
                    let fromX = isTurned ? Int(wideMiddle + cosine * right - sine * down) : x
                    let fromY = isTurned ? Int(wideMiddle + sine * right + cosine * down) : y
                    let from = 3 * (min(wide - 1, max(0, fromY)) * wide + min(wide - 1, max(0, fromX)))
                    let to = 3 * (y * side + x)
                    for channel in 0..<3 { floats[to + channel] = Float(pixels[from + channel]) / 255 }
                }
            }
        }
    }
}
