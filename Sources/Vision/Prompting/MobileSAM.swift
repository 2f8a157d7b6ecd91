import Domain
public import Foundation
import Media

/// Answers clicks and boxes by MobileSAM (Zhang et al., Faster Segment Anything, arXiv 2306.14289; weights Apache-2.0), a small
/// relative of Segment Anything that has learned from a hundred thousand photos what has an outline of its own.
///
/// A first click is looked at in the whole frame, and again in a window around what was found when that is small. The answers and
/// those of the other network are then compared by a small network of our own, which was trained to tell which of them is the
/// object that a person means (`tools/model/candidates.py`).
///
/// It is loaded when it is first asked, within two seconds, and let go when nobody asks for ten minutes.
public actor MobileSAM: PromptModel {
    public static let configuredName = "mobile_sam"
    public nonisolated var name: String { Self.configuredName }

    /// Side of the second window, over the longer side of what was found in the first.
    private static let lookFactor = 3.0
    /// A second window that shows more than this part of the frame's longer side shows nothing new.
    private static let largestSecondLook = 0.75
    /// In the choice of the place to look at again, what MobileSAM found goes before what the other network found.
    private static let ownAdvantage = 0.05
    /// Where the mask of a known object counts as inside and outside, as logits.
    private static let knownLogit: Float = 8
    private static let idleSeconds = 600.0

    private let folder: URL
    private let inference: InferenceService
    private let clock: any WallClock
    private let scaler = FrameScaler()
    private var loading: Task<MobileSAMGraphs, any Error>?
    private var release: Task<Void, Never>?

    /// - Parameter directory: holds `manifest.json` and the graphs it names, for instance
    ///   `ModelLocator.directory(of: "mobile_sam")`.
    public init(directory: URL, inference: InferenceService, clock: any WallClock = SystemClock()) {
        folder = directory
        self.inference = inference
        self.clock = clock
    }

    deinit {
        release?.cancel()
        loading?.cancel()
    }

    public func answers(
        _ frame: VideoFrame, prompt: Prompt, known: Mask?, others: [MaskCandidate]
    ) async throws -> [MaskCandidate] {
        try PromptCheck.positions(of: prompt, in: frame.size)
        let graphs = try await graphs()
        defer { releaseLater() }
        let workspace = try MobileSAMWorkspace(graphs)
        if prompt.positive.count == 1, prompt.negative.isEmpty, prompt.box == nil, known == nil {
            let answers = try await lookAtClick(frame, prompt: prompt, others: others, workspace)
            // The network that chooses has learned from both networks' answers only.
            guard !others.isEmpty else { return CandidateRanking.distinct(answers.map(\.candidate), for: prompt) }
            return CandidateRanking.distinct(
                try await graphs.rank(answers, click: prompt.positive[0], frame: frame.size), for: prompt)
        }
        return try await refine(frame, prompt: prompt, known: known, workspace)
    }

    // MARK: One click

    private func lookAtClick(
        _ frame: VideoFrame, prompt: Prompt, others: [MaskCandidate], _ workspace: MobileSAMWorkspace
    ) async throws -> [RankedAnswer] {
        let size = frame.size
        let longer = Double(max(size.width, size.height))
        let whole = CropWindow(
            around: Point(x: Double(size.width) / 2, y: Double(size.height) / 2), side: longer, in: size)
        var answers = others.enumerated().map {
            RankedAnswer(candidate: $1, group: .other, index: $0, stability: 1, window: whole)
        }
        answers += try await look(frame, window: whole, prompt: prompt, group: .wholeFrame, workspace)
        func weight(_ answer: RankedAnswer) -> Double {
            answer.candidate.predictedIoU + (answer.group == .other ? 0 : Self.ownAdvantage)
        }
        guard
            let best = answers.filter({ !$0.candidate.mask.isEmpty }).max(by: { weight($0) < weight($1) })?.candidate
                .mask
        else { return answers }
        let bounds = best.boundingRegion
        let side = Self.lookFactor * Double(max(bounds.width, bounds.height))
        guard side < Self.largestSecondLook * longer else { return answers }
        let window = CropWindow(around: bounds.center, side: side, in: size)
        return answers + (try await look(frame, window: window, prompt: prompt, group: .window, workspace))
    }

    private func look(
        _ frame: VideoFrame, window: CropWindow, prompt: Prompt, group: RankedAnswer.Group,
        _ workspace: MobileSAMWorkspace
    ) async throws -> [RankedAnswer] {
        try await encode(frame, window: window, workspace)
        return try await decode(frame.size, window: window, prompt: prompt, known: nil, workspace)
            .enumerated()
            .map { RankedAnswer(candidate: $1.0, group: group, index: $0, stability: $1.stability, window: window) }
    }

    // MARK: More than a click

    /// With several clicks, a box or a known mask there is no doubt what is meant, and the network's first answer is made for that: on
    /// training photos of racks 4.3 clicks were needed for an IoU of 0.85 with it, and 5.3 with the answer it thought best of.
    private func refine(
        _ frame: VideoFrame, prompt: Prompt, known: Mask?, _ workspace: MobileSAMWorkspace
    ) async throws -> [MaskCandidate] {
        let regions = [known?.boundingRegion, prompt.box].compactMap(\.self).filter { !$0.isEmpty }
        let look = PromptWindows.look(at: regions, clicks: prompt.positive + prompt.negative, in: frame.size)
        try await encode(frame, window: look, workspace)
        var sure: [MaskCandidate] = [], others: [MaskCandidate] = []
        // With the known mask and without: the clicks may say that it is wrong.
        for mask in known == nil ? [nil] : [known, nil] {
            if mask == nil, prompt.positive.isEmpty, prompt.box == nil { continue }
            let answers = try await decode(frame.size, window: look, prompt: prompt, known: mask, workspace)
            sure += answers.prefix(1).map(\.0)
            others += answers.dropFirst().map(\.0)
        }
        let first = CandidateRanking.distinct(sure, for: prompt)
        let rest = CandidateRanking.distinct(others, for: prompt).filter { other in
            first.allSatisfy { $0.mask.iou(other.mask) < CandidateRanking.sameOverlap }
        }
        return Array((first + rest).prefix(CandidateRanking.most))
    }

    // MARK: The graphs

    private func encode(_ frame: VideoFrame, window: CropWindow, _ workspace: MobileSAMWorkspace) async throws {
        let side = workspace.graphs.cropSide
        workspace.image.withBytes {
            scaler.rgb(frame, crop: window.region, width: side, height: side, outside: .grey, into: $0)
        }
        try await workspace.encode(inference)
    }

    private func decode(
        _ frame: FrameSize, window: CropWindow, prompt: Prompt, known: Mask?, _ workspace: MobileSAMWorkspace
    ) async throws -> [(MaskCandidate, stability: Double)] {
        workspace.setPoints(prompt, window: window)
        workspace.known.fill(known == nil ? 0 : 1)
        if let known {
            let side = workspace.graphs.maskSide
            workspace.mask.withFloats { map in
                MaskCoverage.draw(known, window: window, size: side, into: map)
                for index in map.indices { map[index] = Self.knownLogit * (2 * map[index] - 1) }
            }
        }
        try await workspace.decode(inference)
        return workspace.answers(window: window, frame: frame)
    }

    private func graphs() async throws -> MobileSAMGraphs {
        release?.cancel()
        release = nil
        let task =
            loading
            ?? Task { [folder, inference] in try await MobileSAMGraphs(directory: folder, inference: inference) }
        loading = task
        do {
            return try await task.value
        } catch {
            loading = nil
            throw error
        }
    }

    private func releaseLater() {
        release?.cancel()
        release = Task { [weak self, clock] in
            guard (try? await clock.sleep(seconds: Self.idleSeconds)) != nil else { return }
            await self?.letGo()
        }
    }

    private func letGo() { loading = nil }

    /// It is in memory at the moment.
    var isLoaded: Bool { loading != nil }
}

/// The graphs, checked against the shapes that this side counts on.
final class MobileSAMGraphs: Sendable {
    private struct Manifest: Decodable {
        struct Graph: Decodable {
            var file: String
            var bytes: Int
            var sha256: String
        }

        var cropSide: Int
        var points: Int
        var graphs: [String: Graph]
    }

    /// Answers of the decoder: one for prompts that leave no doubt, three for those that do.
    static let answerCount = 4
    private static let patch = 16, channels = 256

    let cropSide: Int
    let points: Int
    var maskSide: Int { cropSide / 4 }
    let encoder: GraphHandle
    let decoder: GraphHandle
    private let ranking: GraphHandle
    private let inference: InferenceService

    init(directory: URL, inference: InferenceService) async throws {
        let path = directory.appendingPathComponent("manifest.json")
        func invalid(_ reason: String) -> VisionError { .manifestInvalid(path: path.path, reason: reason) }
        let manifest: Manifest
        do {
            manifest = try JSONDecoder().decode(Manifest.self, from: Data(try ModelFile.read(path)))
        } catch let error as VisionError {
            throw error
        } catch {
            throw invalid("it isn't the manifest of \(MobileSAM.configuredName)")
        }
        guard (128...1024).contains(manifest.cropSide), manifest.cropSide % 64 == 0, (2...64).contains(manifest.points)
        else { throw invalid("cropSide or points can't be meant") }
        func load(_ name: String, imageInputs: Set<String> = []) async throws -> GraphHandle {
            guard let entry = manifest.graphs[name], !entry.file.contains("/"), !entry.file.isEmpty else {
                throw invalid("graph \(name) is missing")
            }
            let bytes = try ModelFile.read(
                directory.appendingPathComponent(entry.file), expectedBytes: entry.bytes, sha256: entry.sha256)
            return try await inference.load(bytes, name: name, imageInputs: imageInputs)
        }
        encoder = try await load("image_encoder", imageInputs: ["image"])
        decoder = try await load("mask_decoder")
        ranking = try await load("candidate_ranking")
        cropSide = manifest.cropSide
        points = manifest.points
        self.inference = inference
        let cells = cropSide / Self.patch, side = cropSide / 4
        let features = TensorDescription(name: "features", shape: [1, Self.channels, cells, cells])
        try encoder.require([
            TensorDescription(name: "image", shape: [1, cropSide, cropSide, 3], element: .uint8), features,
        ])
        try decoder.require([
            features, TensorDescription(name: "points", shape: [1, points, 2]),
            TensorDescription(name: "labels", shape: [1, points]), TensorDescription(name: "has_mask", shape: [1]),
            TensorDescription(name: "mask", shape: [1, 1, side, side]),
            TensorDescription(name: "masks", shape: [1, Self.answerCount, side, side]),
            TensorDescription(name: "iou", shape: [1, Self.answerCount]),
        ])
        try ranking.require([
            TensorDescription(name: "evidence", shape: [RankedAnswer.most, RankedAnswer.evidenceCount]),
            TensorDescription(name: "iou", shape: [RankedAnswer.most]),
        ])
    }

    /// The answers with the IoU that the ranking network expects of each.
    func rank(_ answers: [RankedAnswer], click: Point, frame: FrameSize) async throws -> [MaskCandidate] {
        let answers = answers.filter { !$0.candidate.mask.isEmpty }.prefix(RankedAnswer.most)
        let input = try ranking.makeTensor("evidence"), output = try ranking.makeTensor("iou")
        for (index, evidence) in RankedAnswer.evidence(of: Array(answers), click: click, frame: frame).enumerated() {
            input.store(evidence, at: index * RankedAnswer.evidenceCount)
        }
        try await inference.run(ranking, inputs: ["evidence": input], outputs: ["iou": output])
        return zip(answers, output.floats).map {
            MaskCandidate(mask: $0.candidate.mask, predictedIoU: min(1, max(0, Double($1))))
        }
    }
}

/// The tensors of one question.
final class MobileSAMWorkspace: Sendable {
    /// What a point of a prompt is, as SAM's prompt encoder numbers them.
    private enum Label: Float {
        case nothing = -2
        /// Stands after clicks without a box, as it did in training.
        case padding = -1
        case negative = 0
        case positive = 1
        case topLeft = 2
        case bottomRight = 3
    }

    let graphs: MobileSAMGraphs
    let image: Tensor
    let mask: Tensor
    /// 1 when `mask` counts.
    let known: Tensor
    private let features: Tensor
    private let points: Tensor
    private let labels: Tensor
    private let masks: Tensor
    private let quality: Tensor

    init(_ graphs: MobileSAMGraphs) throws {
        self.graphs = graphs
        image = try graphs.encoder.makeTensor("image")
        features = try graphs.encoder.makeTensor("features")
        mask = try graphs.decoder.makeTensor("mask")
        known = try graphs.decoder.makeTensor("has_mask")
        points = try graphs.decoder.makeTensor("points")
        labels = try graphs.decoder.makeTensor("labels")
        masks = try graphs.decoder.makeTensor("masks")
        quality = try graphs.decoder.makeTensor("iou")
    }

    func encode(_ inference: InferenceService) async throws {
        try await inference.run(graphs.encoder, inputs: ["image": image], outputs: ["features": features])
    }

    func decode(_ inference: InferenceService) async throws {
        try await inference.run(
            graphs.decoder,
            inputs: ["features": features, "points": points, "labels": labels, "mask": mask, "has_mask": known],
            outputs: ["masks": masks, "iou": quality])
    }

    /// The prompt's box and as many of its clicks as there is room for, the latest first.
    func setPoints(_ prompt: Prompt, window: CropWindow) {
        let scale = Double(graphs.cropSide) / Double(window.side)
        func inCrop(_ point: Point) -> (Float, Float) {
            (Float((point.x - Double(window.x)) * scale - 0.5), Float((point.y - Double(window.y)) * scale - 0.5))
        }
        var rows: [(place: (Float, Float), label: Label)] = []
        if let box = prompt.box {
            rows.append((inCrop(Point(x: Double(box.x), y: Double(box.y))), .topLeft))
            rows.append((inCrop(Point(x: Double(box.endX), y: Double(box.endY))), .bottomRight))
        } else {
            rows.append(((0, 0), .padding))
        }
        let clicks = prompt.positive.map { ($0, Label.positive) } + prompt.negative.map { ($0, Label.negative) }
        rows += clicks.suffix(graphs.points - rows.count).map { (inCrop($0.0), $0.1) }
        for index in 0..<graphs.points {
            let row = index < rows.count ? rows[index] : ((0, 0), .nothing)
            points.store([row.place.0, row.place.1], at: 2 * index)
            labels.store([row.label.rawValue], at: index)
        }
    }

    /// The decoder's answers as masks of the frame, and the part of each that stays when the threshold is raised.
    func answers(window: CropWindow, frame: FrameSize) -> [(MaskCandidate, stability: Double)] {
        let side = graphs.maskSide
        return (0..<MobileSAMGraphs.answerCount).map { index in
            masks.withFloats { all in
                let logits = UnsafeBufferPointer(rebasing: all[index * side * side..<(index + 1) * side * side])
                let mask = MaskRaster.mask(logits: logits, size: side, window: window.region, frame: frame)
                let quality = quality.withFloats { Double($0[index]) }
                return (MaskCandidate(mask: mask, predictedIoU: quality), Self.stability(logits))
            }
        }
    }

    /// Pixels above a raised threshold over pixels above a lowered one, as SAM's automatic masks are judged.
    private static func stability(_ logits: UnsafeBufferPointer<Float>) -> Double {
        var high = 0, low = 0
        for logit in logits {
            if logit > 1 { high += 1 }
            if logit > -1 { low += 1 }
        }
        return Double(high) / Double(max(1, low))
    }
}

/// One of several answers to a click, with what speaks for it and against it.
struct RankedAnswer {
    enum Group: Int, CaseIterable {
        /// Another network's.
        case other
        case wholeFrame
        case window
    }

    /// More than these are not compared.
    static let most = 12
    /// Two answers that overlap more say the same.
    private static let similar = 0.7
    /// From this estimate on a network is sure.
    private static let sure = 0.8
    /// A mask whose edge is nearer to the window's, in parts of its side, is cut off by it.
    private static let cutOffPart = 0.012

    var candidate: MaskCandidate
    var group: Group
    /// Among the answers of its group.
    var index: Int
    var stability: Double
    var window: CropWindow

    static let evidenceCount = 23

    /// What the ranking network reads, a row for each answer; `tools/model/candidates.py` computes the same.
    static func evidence(of answers: [RankedAnswer], click: Point, frame: FrameSize) -> [[Float]] {
        let masks = answers.map(\.candidate.mask)
        let overlaps = masks.map { mask in masks.map { mask.iou($0) } }
        return answers.indices.map { row in
            let answer = answers[row]
            let others = answers.indices.filter { $0 != row }
            let frameShare = Double(masks[row].area) / Double(max(1, frame.area))
            let windowShare =
                answer.group == .window
                ? Double(answer.window.side) / Double(max(frame.width, frame.height)) : 1
            let alike = others.filter { overlaps[row][$0] > similar }
            var values = [
                answer.candidate.predictedIoU, answer.stability, Double(answer.cutEdges(frame)) / 4,
                log(frameShare + 1e-6) / 5, log(frameShare / (windowShare * windowShare) + 1e-6) / 5,
                masks[row].contains(click) ? 1 : 0,
            ]
            values += answer.outline(click)
            values += Group.allCases.map { $0 == answer.group ? 1 : 0 }
            values += (0..<MobileSAMGraphs.answerCount).map { $0 == answer.index ? 1 : 0 }
            values += Group.allCases.map { group in
                others.filter { answers[$0].group == group }.map { overlaps[row][$0] }.max() ?? 0
            }
            values += [
                Double(alike.count) / 8,
                Double(alike.count { answers[$0].candidate.predictedIoU > sure }) / 8,
                others.isEmpty ? 0 : others.map { overlaps[row][$0] }.reduce(0, +) / Double(others.count),
            ]
            return values.map(Float.init)
        }
    }

    /// How much of its box the mask fills, its runs of pixels a row, and how far the click is from its middle, in parts of the box.
    private func outline(_ click: Point) -> [Double] {
        let mask = candidate.mask, bounds = mask.boundingRegion
        guard let middle = mask.centroid, !bounds.isEmpty else { return [0, 0, 0, 0] }
        var runs = 0
        mask.forEachRowRun { _, _, _ in runs += 1 }
        return [
            Double(mask.area) / Double(bounds.area), min(8, Double(runs) / Double(bounds.height)) / 4,
            min(2, abs(click.x - middle.x) / Double(bounds.width)),
            min(2, abs(click.y - middle.y) / Double(bounds.height)),
        ]
    }

    /// Edges of the window, other than the frame's own, that the mask reaches.
    private func cutEdges(_ frame: FrameSize) -> Int {
        guard group == .window else { return 0 }
        let bounds = candidate.mask.boundingRegion, window = window.region
        let margin = Double(window.width) * Self.cutOffPart
        return [
            window.x > 0 && Double(bounds.x - window.x) < margin,
            window.y > 0 && Double(bounds.y - window.y) < margin,
            window.endX < frame.width && Double(window.endX - bounds.endX) < margin,
            window.endY < frame.height && Double(window.endY - bounds.endY) < margin,
        ].count { $0 }
    }
}
