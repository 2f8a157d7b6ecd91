import Domain
import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// Answers with a file or a part of it.
struct FileResponse {
    private static let chunkBytes = 256 * 1024

    var file: OpenFile
    var contentType: String
    /// For a file that never changes again; nil for one that still grows.
    var entityTag: String?
    /// What a browser calls it when it is saved.
    var fileName: String

    /// A clip's video; nil when it is gone or still empty.
    /// - Throws: ``OpenFile/Unreadable``.
    static func video(of clip: Clip, _ files: any ClipSource) async throws -> FileResponse? {
        guard let file = try await OpenFile.open({ files.videoFile(of: clip) }), file.size > 0 else { return nil }
        return FileResponse(
            file: file, contentType: "video/mp4", entityTag: clip.state == .finished ? "\"\(clip.id)\"" : nil,
            fileName: "\(clip.camera)-\(clip.id).mp4")
    }

    /// A clip's poster; nil when there is none yet.
    /// - Throws: ``OpenFile/Unreadable``.
    static func poster(of clip: Clip, _ files: any ClipSource) async throws -> FileResponse? {
        guard let file = try await OpenFile.open({ files.posterFile(of: clip) }), file.size > 0 else { return nil }
        return FileResponse(file: file, contentType: "image/jpeg", fileName: "\(clip.camera)-\(clip.id).jpg")
    }

    func response(to request: Request, close: @escaping @Sendable () -> Void) -> Response {
        var headers = Self.headers(contentType, fileName)
        if let entityTag {
            headers[.eTag] = entityTag
            headers[.cacheControl] = "private, max-age=600"
            if request.headers[.ifNoneMatch] == entityTag { return Response(status: .notModified, headers: headers) }
        }
        // A client that holds another version must get the whole of this one.
        let isSame = request.headers[.ifRange].map { $0 == entityTag } ?? true
        switch ByteRange(header: isSame ? request.headers[.range] : nil, size: file.size) {
        case .whole:
            return Response(status: .ok, headers: headers, body: body(0..<file.size, close: close))
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
            return Response(status: .partialContent, headers: headers, body: body(range, close: close))
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(file.size)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
    }

    static func headers(_ contentType: String, _ fileName: String) -> HTTPFields {
        [
            .contentType: contentType, .acceptRanges: "bytes",
            .contentDisposition: "inline; filename=\"\(fileName)\"",
        ]
    }

    private func body(_ range: Range<Int>, close: @escaping @Sendable () -> Void) -> ResponseBody {
        let file = file
        return ResponseBody(contentLength: range.count) { writer in
            // A slow reader would hold up the program's end for as long as it likes: cut it off, it can resume later.
            try await withGracefulShutdownHandler {
                var offset = range.lowerBound
                while offset < range.upperBound {
                    let chunk = try await file.read(
                        from: offset, count: min(Self.chunkBytes, range.upperBound - offset))
                    offset += chunk.readableBytes
                    try await writer.write(chunk)
                }
            } onGracefulShutdown: {
                close()
            }
            try await writer.finish(nil)
        }
    }
}
