import Domain
import Foundation
import Glibc
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

/// A regular file open for reading. It stays readable when the recorder renames or deletes it meanwhile.
final class OpenFile: Sendable {
    struct ReadError: Error {}

    /// It is there, and can't be opened: it may be another user's, or the disk fails.
    struct Unreadable: Error, CustomStringConvertible {
        var path: String
        /// `errno`.
        var code: Int32
        var description: String { "\(path) can't be read: \(String(cString: strerror(code)))" }
    }

    private let descriptor: Int32
    /// The size in bytes when it was opened; a clip that is being written grows on.
    let size: Int

    /// - Returns: nil when there is no such regular file.
    /// - Throws: ``Unreadable``.
    init?(_ url: URL) throws {
        BlockingWork.assertMayBlock("opening a file")
        let descriptor = Glibc.open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            guard [ENOENT, ENOTDIR, ENXIO].contains(code) else { throw Unreadable(path: url.path, code: code) }
            return nil
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Up to `count` bytes from `offset`, read off the concurrency pool because a disk may be slow.
    /// - Throws: ``ReadError`` at the end of the file and on errors of the disk.
    func read(from offset: Int, count: Int) async throws -> ByteBuffer {
        try await BlockingWork.shared.run {
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            let read = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
                max(0, pread(self.descriptor, bytes.baseAddress, min(count, bytes.count), off_t(offset)))
            }
            guard read > 0 else { throw ReadError() }
            return buffer
        }
    }

    /// In bytes, of a file that grows.
    /// - Throws: ``ReadError``.
    func sizeNow() async throws -> Int {
        try await BlockingWork.shared.run {
            var status = stat()
            guard fstat(self.descriptor, &status) == 0 else { throw ReadError() }
            return Int(status.st_size)
        }
    }

    /// Opens a file off the concurrency pool.
    static func open(_ find: @escaping @Sendable () -> URL?) async throws -> OpenFile? {
        try await BlockingWork.shared.run { try find().flatMap { try OpenFile($0) } }
    }
}

/// What part of a file a request asks for: RFC 9110, section 14.
enum ByteRange: Hashable {
    case whole
    /// These bytes; never empty.
    case part(Range<Int>)
    /// Nothing of what was asked for is there: 416.
    case unsatisfiable

    /// - Parameters:
    ///   - header: the value of `Range`, nil when there is none. Another unit than bytes, a form that isn't understood,
    ///     and several ranges at once are answered with the whole file, as the RFC allows.
    ///   - size: the file's size in bytes now.
    init(header: String?, size: Int) {
        guard let header, let equals = header.firstIndex(of: "=") else {
            self = .whole
            return
        }
        let unit = header[..<equals].trimming()
        let spec = header[header.index(after: equals)...].trimming()
        guard unit.lowercased() == "bytes", !spec.contains(","), let dash = spec.firstIndex(of: "-") else {
            self = .whole
            return
        }
        let first = Self.number(spec[..<dash]), last = Self.number(spec[spec.index(after: dash)...])
        switch (first, last) {
        case (.absent, .value(let count)):
            self = count == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - count)..<size)
        case (.value(let start), .absent):
            self = start < size ? .part(start..<size) : .unsatisfiable
        case (.value(let start), .value(let end)) where start <= end:
            self = start < size ? .part(start..<min(end, size - 1) + 1) : .unsatisfiable
        default:
            self = .whole
        }
    }

    private enum Number {
        case absent, invalid
        case value(Int)
    }

    /// Digits alone; what doesn't fit an `Int` is beyond the end of any file.
    private static func number(_ text: Substring) -> Number {
        let text = text.trimming()
        guard !text.isEmpty else { return .absent }
        guard text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return .invalid }
        return .value(Int(text) ?? Int.max)
    }
}

extension Substring {
    /// Without the spaces and tabs around it.
    fileprivate func trimming() -> Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
