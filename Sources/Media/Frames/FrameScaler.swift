internal import CFFmpeg
internal import CFFmpegShim
import Domain

/// Cuts and scales frames. Keeps its buffers and tables, so use one for a long time; one owner at a time.
///
/// Scaling is bilinear with the kernel widened when the frame shrinks (swscale), so nothing flickers. Colours follow
/// the frame's own range and matrix; BT.601 where it says nothing, as most cameras mean.
public final class FrameScaler {
    /// What shows where a crop reaches outside the frame.
    public enum Outside: Sendable {
        /// The nearest pixel of the frame.
        case edge
        /// Mid grey (128, 128, 128).
        case grey
    }

    private struct Key: Hashable {
        var width, height, outWidth, outHeight: Int
        var isGrey, isFullRange: Bool
        var matrix: UInt32
    }

    private struct Entry {
        var key: Key
        var context: OpaquePointer
        var lastUse: Int
    }

    /// Crops change their size often; making a table costs more than scaling a small crop.
    private static let maxTables = 16
    private var tables: [Entry] = []
    private var uses = 0
    /// swscale writes whole vectors, beyond the end of a row: it gets aligned rows of our own.
    private var scratch: UnsafeMutableRawPointer?
    private var scratchBytes = 0

    public init() { FFmpegLog.silence() }

    deinit {
        for table in tables { sws_freeContext(table.context) }
        scratch?.deallocate()
    }

    /// A part of the frame as RGB, interleaved, `width * height * 3` bytes, row by row.
    /// - Parameters:
    ///   - crop: In pixels of the frame; may reach outside. nil is the whole frame.
    ///   - pixels: Resized when needed, so pass the same array again.
    public func rgb(
        _ frame: VideoFrame, crop: Region? = nil, width: Int, height: Int, outside: Outside = .edge,
        into pixels: inout [UInt8]
    ) {
        Self.resize(&pixels, to: max(0, width) * max(0, height) * 3)
        pixels.withUnsafeMutableBufferPointer {
            rgb(frame, crop: crop, width: width, height: height, outside: outside, into: $0)
        }
    }

    /// The same into memory of the caller, which must have space for `width * height * 3` bytes.
    public func rgb(
        _ frame: VideoFrame, crop: Region? = nil, width: Int, height: Int, outside: Outside = .edge,
        into pixels: UnsafeMutableBufferPointer<UInt8>
    ) {
        scale(
            frame, crop: crop ?? frame.size.bounds, width: width, height: height, outside: outside, isGrey: false,
            into: pixels)
    }

    /// A part of the luma plane, `width * height` bytes, row by row, values as in the plane (often 16 to 235).
    public func luma(
        _ frame: VideoFrame, crop: Region? = nil, width: Int, height: Int, outside: Outside = .edge,
        into pixels: inout [UInt8]
    ) {
        Self.resize(&pixels, to: max(0, width) * max(0, height))
        pixels.withUnsafeMutableBufferPointer {
            scale(
                frame, crop: crop ?? frame.size.bounds, width: width, height: height, outside: outside, isGrey: true,
                into: $0)
        }
    }

    private static func resize(_ pixels: inout [UInt8], to count: Int) {
        if pixels.count != count { pixels = [UInt8](repeating: 128, count: count) }
    }

    private func scale(
        _ frame: VideoFrame, crop: Region, width: Int, height: Int, outside: Outside, isGrey: Bool,
        into pixels: UnsafeMutableBufferPointer<UInt8>
    ) {
        let channels = isGrey ? 1 : 3
        let count = max(0, width) * max(0, height) * channels
        guard count > 0, let base = pixels.baseAddress else { return }
        precondition(pixels.count >= count, "space for \(width) x \(height) pixels")
        let inside = crop.clamped(to: frame.size)
        guard !crop.isEmpty, !inside.isEmpty else { return base.update(repeating: 128, count: count) }
        // The part of the output that the inside covers, at least one pixel.
        let (left, right) = Self.span(inside.x, inside.endX, crop.x, crop.width, width)
        let (top, bottom) = Self.span(inside.y, inside.endY, crop.y, crop.height, height)
        let key = Key(
            width: inside.width, height: inside.height, outWidth: right - left, outHeight: bottom - top, isGrey: isGrey,
            isFullRange: frame.isFullRange, matrix: isGrey ? 0 : frame.frame.pointee.colorspace.rawValue)
        let stride = ((right - left) * channels + 63) / 64 * 64
        guard let context = table(key), let out = scratch(stride * (bottom - top) + 64) else {
            return base.update(repeating: 128, count: count)
        }
        let data = frame.frame.pointee.data, strides = frame.frame.pointee.linesize
        let y = data.0.map { $0 + inside.y * Int(strides.0) + inside.x }
        // Odd corners: luma is exact, colour is off by one pixel at most.
        let u = isGrey ? nil : data.1.map { $0 + inside.y / 2 * Int(strides.1) + inside.x / 2 }
        let v = isGrey ? nil : data.2.map { $0 + inside.y / 2 * Int(strides.2) + inside.x / 2 }
        let rows = aw_scale(
            context, y, strides.0, u, isGrey ? 0 : strides.1, v, isGrey ? 0 : strides.2, Int32(inside.height), out,
            Int32(stride))
        guard rows > 0 else { return base.update(repeating: 128, count: count) }
        let place = Placement(
            width: width, height: height, channels: channels, left: left, top: top, right: right, bottom: bottom)
        place.copy(UnsafePointer(out), stride: stride, to: base, outside: outside)
    }

    private static func span(_ from: Int, _ to: Int, _ origin: Int, _ length: Int, _ out: Int) -> (Int, Int) {
        func place(_ value: Int) -> Int {
            Int((Double(value - origin) * Double(out) / Double(length)).rounded())
        }
        let first = min(max(0, place(from)), out - 1)
        return (first, min(out, max(first + 1, place(to))))
    }

    private func table(_ key: Key) -> OpaquePointer? {
        uses += 1
        if let index = tables.firstIndex(where: { $0.key == key }) {
            tables[index].lastUse = uses
            return tables[index].context
        }
        let format = key.isGrey ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_YUV420P
        guard
            let context = sws_getContext(
                Int32(key.width), Int32(key.height), format, Int32(key.outWidth), Int32(key.outHeight),
                key.isGrey ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24, SWS_BILINEAR | SWS_ACCURATE_RND, nil, nil, nil)
        else { return nil }
        if !key.isGrey {
            let matrix = key.matrix == AVCOL_SPC_BT709.rawValue ? SWS_CS_ITU709 : SWS_CS_ITU601
            sws_setColorspaceDetails(
                context, sws_getCoefficients(matrix), key.isFullRange ? 1 : 0, sws_getCoefficients(SWS_CS_DEFAULT), 1,
                0,
                1 << 16, 1 << 16)
        }
        if tables.count >= Self.maxTables,
            let oldest = tables.indices.min(by: { tables[$0].lastUse < tables[$1].lastUse })
        {
            sws_freeContext(tables[oldest].context)
            tables.remove(at: oldest)
        }
        tables.append(Entry(key: key, context: context, lastUse: uses))
        return context
    }

    private func scratch(_ bytes: Int) -> UnsafeMutablePointer<UInt8>? {
        if bytes > scratchBytes {
            scratch?.deallocate()
            scratch = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            scratchBytes = bytes
        }
        return scratch?.assumingMemoryBound(to: UInt8.self)
    }
}

/// Where a scaled frame goes in a larger one, and what surrounds it.
private struct Placement {
    /// The larger frame, in pixels, and bytes a pixel.
    var width, height, channels: Int
    /// The part that is covered.
    var left, top, right, bottom: Int

    func copy(
        _ source: UnsafePointer<UInt8>, stride: Int, to out: UnsafeMutablePointer<UInt8>, outside: FrameScaler.Outside
    ) {
        let rowBytes = width * channels
        for row in top..<bottom {
            let target = out + row * rowBytes
            (target + left * channels).update(from: source + (row - top) * stride, count: (right - left) * channels)
            switch outside {
            case .edge:
                for column in 0..<left { copyPixel(target, from: left, to: column) }
                for column in right..<width { copyPixel(target, from: right - 1, to: column) }
            case .grey:
                target.update(repeating: 128, count: left * channels)
                (target + right * channels).update(repeating: 128, count: (width - right) * channels)
            }
        }
        for row in 0..<top { fill(out + row * rowBytes, like: out + top * rowBytes, rowBytes, outside) }
        for row in bottom..<height {
            fill(out + row * rowBytes, like: out + (bottom - 1) * rowBytes, rowBytes, outside)
        }
    }

    private func copyPixel(_ row: UnsafeMutablePointer<UInt8>, from: Int, to: Int) {
        for channel in 0..<channels { row[to * channels + channel] = row[from * channels + channel] }
    }

    private func fill(
        _ row: UnsafeMutablePointer<UInt8>, like other: UnsafeMutablePointer<UInt8>, _ bytes: Int,
        _ outside: FrameScaler.Outside
    ) {
        switch outside {
        case .edge: row.update(from: other, count: bytes)
        case .grey: row.update(repeating: 128, count: bytes)
        }
    }
}
