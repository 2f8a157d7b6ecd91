import Foundation

/// A file that breaks off: a copy that was stopped, a recorder that lost its power.
public struct FileBreak: Hashable, Sendable, CustomStringConvertible {
    public var path: String
    /// Where the last frame that could be read ends, in seconds.
    public var endSeconds: Double
    /// The length that the file says it has, in seconds; nil where it doesn't say.
    public var expectedSeconds: Double?

    public var description: String {
        let end = String(format: "%.1f", endSeconds)
        guard let expectedSeconds else { return "\(path): the file breaks off at \(end) s; copy it again" }
        return "\(path): the file breaks off at \(end) s of \(String(format: "%.1f", expectedSeconds)) s; copy it again"
    }

    /// Whether the outermost parts of a file reach beyond its end.
    static func isCutShort(_ path: String) -> Bool {
        guard let file = Bytes(path) else { return false }
        guard let head = file.read(at: 0, 12), head.count == 12 else { return false }
        if head.starts(with: "RIFF".utf8) { return riffBreaksOff(file) }
        if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return matroskaBreaksOff(file) }
        if boxNames.contains(String(decoding: head[4..<8], as: UTF8.self)) { return boxesBreakOff(file) }
        return transportStreamBreaksOff(file)
    }

    private static let boxNames: Set<String> = [
        "ftyp", "styp", "mdat", "moov", "moof", "free", "skip", "wide", "pnot",
    ]

    /// ISO/IEC 14496-12, 4.2: each box begins with its size and name.
    private static func boxesBreakOff(_ file: Bytes) -> Bool {
        var offset: UInt64 = 0
        while offset < file.count {
            guard let head = file.read(at: offset, 16), head.count >= 8 else { return true }
            var size = number(head[0..<4])
            // To the end of the file, wherever that is.
            if size == 0 { return false }
            if size == 1 {
                guard head.count == 16 else { return true }
                size = number(head[8..<16])
            }
            let (end, overflow) = offset.addingReportingOverflow(size)
            guard size >= 8 else { return false }
            if overflow || end > file.count { return true }
            offset = end
        }
        return false
    }

    /// AVI: chunks of RIFF, of which large files have several.
    private static func riffBreaksOff(_ file: Bytes) -> Bool {
        var offset: UInt64 = 0
        while offset < file.count {
            guard let head = file.read(at: offset, 8), head.count == 8 else { return true }
            // Zeros behind the last chunk are padding.
            guard head[0..<4].elementsEqual("RIFF".utf8) else { return false }
            let size = number(head[4..<8].reversed())
            // A recorder that streams doesn't know the size.
            if size == 0 || size == 0xFFFF_FFFF { return false }
            if offset + 8 + size > file.count { return true }
            offset += 8 + size + size % 2
        }
        return false
    }

    /// RFC 8794: an EBML header and then one segment, each with its size.
    private static func matroskaBreaksOff(_ file: Bytes) -> Bool {
        var offset: UInt64 = 0
        while offset < file.count {
            guard let head = file.read(at: offset, 12), head.count == 12 else { return true }
            let isSegment = head[0..<4].elementsEqual([0x18, 0x53, 0x80, 0x67])
            guard isSegment || offset == 0 else { return false }
            let lengthBytes = head[4].leadingZeroBitCount + 1
            guard lengthBytes <= 8 else { return false }
            let mask = UInt64(1) << (7 * UInt64(lengthBytes)) - 1
            let size = number(head[4..<4 + lengthBytes]) & mask
            // All ones: unknown, as live recordings have it.
            if size == mask { return false }
            let (end, overflow) = (offset + 4 + UInt64(lengthBytes)).addingReportingOverflow(size)
            if overflow || end > file.count { return true }
            if isSegment { return false }
            offset = end
        }
        return true
    }

    /// ISO/IEC 13818-1: packets of 188 bytes, in some files with a few more around each.
    private static func transportStreamBreaksOff(_ file: Bytes) -> Bool {
        for (size, sync) in [(UInt64(188), UInt64(0)), (192, 4), (204, 0)] {
            let marks = (0..<4).map { file.read(at: sync + size * UInt64($0), 1)?.first }
            if marks.allSatisfy({ $0 == 0x47 }) { return file.count % size != 0 }
        }
        return false
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A file to look into here and there.
    private struct Bytes {
        let handle: FileHandle
        let count: UInt64

        /// nil for what is no ordinary file.
        init?(_ path: String) {
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            guard attributes?[.type] as? FileAttributeType == .typeRegular,
                let handle = FileHandle(forReadingAtPath: path), let count = try? handle.seekToEnd()
            else { return nil }
            self.handle = handle
            self.count = count
        }

        func read(at offset: UInt64, _ count: Int) -> [UInt8]? {
            guard (try? handle.seek(toOffset: offset)) != nil, let data = try? handle.read(upToCount: count) else {
                return nil
            }
            return [UInt8](data)
        }
    }
}
