internal import CZlib
import Domain
import HTTPTypes
import Hummingbird
import Synchronization

/// Answers sent compressed, where the client says that it reads gzip.
///
/// Used for the pages' own files and for the answers that ``APIRouter/on(_:_:role:compresses:_:)`` names. Never for clips,
/// pictures and streams, which are compressed already or must arrive at once, and never where a secret stands beside text that
/// somebody else chose: the length of a compressed answer tells how much of that text is in the secret (BREACH).
enum Gzip {
    /// Less than this is sent as it is: it fits one packet anyway.
    static let leastBytes = 1000

    /// Whether a client reads gzip: RFC 9110, section 12.5.3. `gzip;q=0` refuses it.
    static func isAccepted(_ request: Request) -> Bool {
        guard let field = request.headers[.acceptEncoding] else { return false }
        return field.lowercased().split(separator: ",").contains { part in
            let words = part.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard let name = words.first, name == "gzip" || name == "x-gzip" || name == "*" else { return false }
            let quality = words.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 }
            return quality != 0
        }
    }

    /// Off Swift's pool.
    /// - Returns: Nil when there is no memory for it.
    static func compressed(_ bytes: ByteBuffer, level: Int32) async -> ByteBuffer? {
        await BlockingWork.shared.run { compress(bytes, level: level) }
    }

    private static func compress(_ bytes: ByteBuffer, level: Int32) -> ByteBuffer? {
        var stream = z_stream()
        // 15 bits of window; 16 more ask for gzip's frame instead of zlib's.
        guard
            deflateInit2_(
                &stream, level, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.readableBytes)))
        var result = ByteBufferAllocator().buffer(capacity: bound)
        let isWhole = bytes.withUnsafeReadableBytes { input in
            result.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { output in
                stream.next_in = UnsafeMutablePointer(
                    mutating: input.bindMemory(to: UInt8.self).baseAddress)
                stream.avail_in = UInt32(clamping: input.count)
                stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
                stream.avail_out = UInt32(clamping: output.count)
                return deflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : 0
            } > 0
        }
        return isWhole ? result : nil
    }

    /// Compresses what an answer holds, where the client reads it and it is worth it.
    static func applied(to response: Response, of request: Request) async throws -> Response {
        var response = response
        response.headers[.vary] = "Accept-Encoding"
        guard isAccepted(request), request.method == .get, response.status == .ok,
            let length = response.body.contentLength, length >= leastBytes
        else { return response }
        // The fastest level: it takes 2/3 of what the best one would, in a fifth of the time.
        guard let body = await compressed(try await collect(response.body), level: 1) else { return response }
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = nil
        response.body = ResponseBody(byteBuffer: body)
        return response
    }

    /// All of a body; for small ones.
    static func collect(_ body: ResponseBody) async throws -> ByteBuffer {
        let all = Collected()
        try await body.write(Collector(all: all))
        return all.bytes.withLock { $0 }
    }

    private final class Collected: Sendable {
        let bytes = Mutex(ByteBuffer())
    }

    private struct Collector: ResponseBodyWriter {
        let all: Collected

        mutating func write(_ buffer: ByteBuffer) async throws {
            all.bytes.withLock { _ = $0.writeImmutableBuffer(buffer) }
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}

/// The pages' files as gzip, made when they are first asked for and again when a file changed.
final class CompressedFiles: Sendable {
    /// Others are pictures and fonts, which are compressed already.
    private static let types = ["text/", "application/javascript", "application/json", "application/yaml", "image/svg"]

    private struct Entry {
        var entityTag: String
        var bytes: ByteBuffer
    }

    /// By path; only paths of the list of files come here, so it stays small.
    private let entries = Mutex<[String: Entry]>([:])

    /// - Parameter response: The file as it is, with its entity tag. The tag is a weak one, so it holds for both forms.
    func applied(to response: Response, path: String, of request: Request) async throws -> Response {
        var response = response
        let type = response.headers[.contentType] ?? ""
        guard Self.types.contains(where: type.hasPrefix) else { return response }
        response.headers[.vary] = "Accept-Encoding"
        guard Gzip.isAccepted(request), request.method == .get, response.status == .ok,
            let tag = response.headers[.eTag], let length = response.body.contentLength, length >= Gzip.leastBytes
        else { return response }
        var found = entries.withLock { $0[path] }.flatMap { $0.entityTag == tag ? $0.bytes : nil }
        if found == nil {
            let whole = try await Gzip.collect(response.body)
            found = await Gzip.compressed(whole, level: 9)
            guard let bytes = found else {
                response.body = ResponseBody(byteBuffer: whole)
                return response
            }
            entries.withLock { $0[path] = Entry(entityTag: tag, bytes: bytes) }
        }
        guard let found else { return response }
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = nil
        response.body = ResponseBody(byteBuffer: found)
        return response
    }
}
