public import Domain
public import Foundation
import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// Makes H.264 copies of clips, for browsers that can't play what the camera sent.
public protocol PlayableCopies: Sendable {
    /// What there is of a clip's copy; begins to make one. Who waits asks again within 10 s, else the work is given up.
    /// - Parameter fromSeconds: Of the clip: what is made first.
    func copy(of clip: Clip, fromSeconds: Double) async -> PlayableCopyState
}

public enum PlayableCopyState: Hashable, Sendable {
    /// The beginning of a copy.
    public struct Part: Hashable, Sendable {
        /// Fragmented MP4, to which more is added.
        public var file: URL
        /// Where it begins in the clip.
        public var startSeconds: Double
        /// As MIME types name it.
        public var codec: String
        /// Nothing more is added: it goes to the clip's end.
        public var isWhole: Bool

        public init(file: URL, startSeconds: Double, codec: String, isWhole: Bool) {
            self.file = file
            self.startSeconds = startSeconds
            self.codec = codec
            self.isWhole = isWhole
        }
    }

    /// So many come before it.
    case waiting(ahead: Int)
    /// `progress` is 0 to 1; `part` can be played already.
    case making(progress: Double, part: Part?)
    case ready(URL)
    /// A word for the reason.
    case failed(String)
}

/// Sends a copy: all of it with byte ranges, or what there is while it is made.
struct CopyResponse {
    /// How often to look for more while it is made.
    private static let lookMilliseconds = 200
    private static let chunkBytes = 256 * 1024

    let copies: any PlayableCopies
    let clip: Clip
    let fromSeconds: Double

    /// - Returns: Nil unless the copy is whole.
    func whole(to request: Request, context: WebContext) async throws -> Response? {
        guard case .ready(let url) = await state() else { return nil }
        return try await whole(url, to: request, context: context)
    }

    /// - Returns: Nil unless it is being made, and something of it can be played.
    func part(to request: Request, context: WebContext) async throws -> Response? {
        guard case .making(_, let part?) = await state() else { return nil }
        return try await growing(part, to: request, context: context)
    }

    /// Whatever can be played; waits for it.
    /// - Returns: Nil when there will be none.
    func any(to request: Request, context: WebContext, waitSeconds: Double) async throws -> Response? {
        let looks = Int(waitSeconds * 1000) / Self.lookMilliseconds
        for _ in 0..<max(1, looks) {
            switch await state() {
            case .ready(let url): return try await whole(url, to: request, context: context)
            case .making(_, let part?): return try await growing(part, to: request, context: context)
            case .failed: return nil
            case .waiting, .making: try await Task.sleep(for: .milliseconds(Self.lookMilliseconds))
            }
        }
        return Response(status: .serviceUnavailable, headers: [.retryAfter: "30"])
    }

    private func state() async -> PlayableCopyState { await copies.copy(of: clip, fromSeconds: fromSeconds) }

    private var fileName: String { "\(clip.camera)-\(clip.id)-h264.mp4" }

    private func whole(_ url: URL, to request: Request, context: WebContext) async throws -> Response? {
        guard let file = try await OpenFile.open({ url }), file.size > 0 else { return nil }
        return FileResponse(
            file: file, contentType: "video/mp4", entityTag: "\"\(clip.id)-h264\"", fileName: fileName
        ).response(to: request, close: context.close)
    }

    private func growing(
        _ part: PlayableCopyState.Part, to request: Request, context: WebContext
    ) async throws -> Response? {
        guard let file = try await OpenFile.open({ part.file }) else { return nil }
        var headers = FileResponse.headers("video/mp4", fileName)
        headers[.acceptRanges] = "none"
        headers[.cacheControl] = "no-store"
        if request.method == .head { return Response(status: .ok, headers: headers) }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                do {
                    try await withGracefulShutdownHandler {
                        try await request.body.consumeWithCancellationOnInboundClose { _ in
                            try await send(file, of: part.file, to: &writer)
                        }
                    } onGracefulShutdown: {
                        context.close()
                    }
                } catch let error as CancellationError {
                    context.close()
                    throw error
                }
                try await writer.finish(nil)
            })
    }

    private func send(_ file: OpenFile, of url: URL, to writer: inout any ResponseBodyWriter) async throws {
        var offset = 0
        while true {
            // Asked before the size: what comes between the two is sent at the next turn.
            var isGrowing = false
            if case .making(_, let part?) = await state(), part.file == url { isGrowing = !part.isWhole }
            let size = try await file.sizeNow()
            while offset < size {
                let chunk = try await file.read(from: offset, count: min(Self.chunkBytes, size - offset))
                offset += chunk.readableBytes
                try await writer.write(chunk)
                // A slow reader waits too, and wants the rest.
                _ = await state()
            }
            guard isGrowing else { return }
            try await Task.sleep(for: .milliseconds(Self.lookMilliseconds))
        }
    }
}

/// What a clip's video is encoded in.
enum ClipCodec: String {
    case h264, hevc

    /// So far into the file the index stands at its beginning, as the recorder writes it.
    private static let indexBytes = 64 * 1024

    /// Looks for the decoder's configuration record in the index. Waits for the disk.
    /// - Returns: Nil for another codec, or a file that can't be read.
    static func of(_ file: URL) -> ClipCodec? {
        guard let handle = try? FileHandle(forReadingFrom: file) else { return nil }
        defer { try? handle.close() }
        guard let head = try? handle.read(upToCount: indexBytes) else { return nil }
        if head.range(of: Data("hvcC".utf8)) != nil { return .hevc }
        return head.range(of: Data("avcC".utf8)) != nil ? .h264 : nil
    }
}
