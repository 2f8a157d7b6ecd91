import Domain
import Foundation

/// Finds out how much of a fragmented MP4 is whole, by the boxes it consists of (ISO/IEC 14496-12, 4.2).
struct FragmentScanner {
    /// Bytes up to the end of the last whole fragment; 0 when there is not even one.
    private(set) var wholeBytes: Int64 = 0
    private(set) var fragments = 0
    /// All that the file has.
    let fileBytes: Int64

    init(_ url: URL) throws {
        BlockingWork.assertMayBlock("reading a clip's fragments")
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        let size = Int64(try file.seekToEnd())
        fileBytes = size
        var offset: Int64 = 0
        var hasHeader = false
        var fragmentIsOpen = false
        while offset + 8 <= size {
            try file.seek(toOffset: UInt64(offset))
            guard let head = try file.read(upToCount: 16), head.count >= 8 else { return }
            var length = Self.number(head.prefix(4))
            let type = String(decoding: head.dropFirst(4).prefix(4), as: UTF8.self)
            if length == 1 {
                guard head.count == 16 else { return }
                length = Self.number(head.dropFirst(8))
            }
            guard length >= 8, length <= size - offset else { return }
            offset += length
            switch type {
            case "moov": hasHeader = true
            case "moof": fragmentIsOpen = true
            case "mdat" where hasHeader && fragmentIsOpen:
                fragmentIsOpen = false
                fragments += 1
                wholeBytes = offset
            case "ftyp", "styp", "sidx", "free", "skip", "mfra": break
            default: return
            }
        }
    }

    private static func number(_ bytes: Data) -> Int64 {
        bytes.reduce(Int64(0)) { ($0 & 0x7F_FFFF_FFFF_FFFF) << 8 | Int64($1) }
    }
}
