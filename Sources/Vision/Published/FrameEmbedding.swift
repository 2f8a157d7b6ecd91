import Domain
import Media
import Synchronization

/// What the vision encoder makes of one frame: costly, and the same for every object in it.
final class FrameEmbedding: Sendable {
    /// Of the tensors, at strides 4, 8 and 16.
    static let names = ["features4", "features8", "features16"]

    let features4: Tensor
    let features8: Tensor
    let features16: Tensor

    init(_ graphs: PublishedGraphs) throws {
        features4 = try graphs.visionEncoder.makeTensor(Self.names[0])
        features8 = try graphs.visionEncoder.makeTensor(Self.names[1])
        features16 = try graphs.visionEncoder.makeTensor(Self.names[2])
    }

    var outputs: [String: Tensor] {
        [Self.names[0]: features4, Self.names[1]: features8, Self.names[2]: features16]
    }
}

/// Computes embeddings, and keeps those of the last frames: all sessions that look at a frame share one.
actor FrameEmbeddings {
    private struct Entry {
        let frame: VideoFrame
        let work: Task<FrameEmbedding, any Error>
    }

    /// Of several cameras that take turns; each embedding takes some 17 MB.
    private static let most = 4

    private let graphs: PublishedGraphs
    private let scaler = FrameScaler()
    private var entries: [Entry] = []
    private var pixels: [UInt8] = []
    private var between: [UInt8] = []
    private var resampling: Resampling?
    /// Embeddings that were computed, for tests.
    private(set) var computed = 0

    init(_ graphs: PublishedGraphs) { self.graphs = graphs }

    func embedding(of frame: VideoFrame) async throws -> FrameEmbedding {
        if let entry = entries.first(where: { $0.frame === frame }) { return try await entry.work.value }
        let size = frame.size
        scaler.rgb(frame, width: size.width, height: size.height, into: &pixels)
        let work = try encode(size)
        entries.append(Entry(frame: frame, work: work))
        if entries.count > Self.most { entries.removeFirst() }
        do {
            return try await work.value
        } catch {
            entries.removeAll { $0.frame === frame }
            throw error
        }
    }

    /// Of interleaved RGB bytes; not kept.
    func embedding(of image: RGBImage) async throws -> FrameEmbedding {
        pixels = image.pixels
        return try await encode(image.size).value
    }

    /// `pixels` as a frame of the size, stretched to the network's square.
    private func encode(_ size: FrameSize) throws -> Task<FrameEmbedding, any Error> {
        let side = graphs.settings.imageSide
        let image = try graphs.visionEncoder.makeTensor("image"), embedding = try FrameEmbedding(graphs)
        let scaling: Resampling
        if let resampling, resampling.from == (size.width, size.height) {
            scaling = resampling
        } else {
            scaling = Resampling(from: (size.width, size.height), to: (side, side))
            resampling = scaling
        }
        image.withBytes { bytes in
            pixels.withUnsafeBufferPointer { scaling.rgb($0, between: &between, into: bytes) }
        }
        computed += 1
        return Task { [graphs] in
            try await graphs.inference.run(
                graphs.visionEncoder, inputs: ["image": image], outputs: embedding.outputs)
            return embedding
        }
    }
}
