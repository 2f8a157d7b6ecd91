import Foundation

/// A photo that somebody sends: what is no JPEG is refused, and of one that is only the picture is kept. Telephones write into
/// it where and with what it was taken.
enum JPEGPhoto {
    /// A telephone's whole photo; pages make theirs smaller before they send them.
    static let maxBytes = 8 << 20

    /// The picture without notes beside it (ITU-T T.81, annex B: application segments and comments), except what colours mean.
    /// Which way up it is is such a note, too: who sends a photo turns it first.
    /// - Returns: nil for what is no whole JPEG.
    static func withoutNotes(_ data: Data) -> Data? {
        let bytes = [UInt8](data)
        guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
        var kept: [UInt8] = [0xFF, 0xD8], at = 2
        while at + 4 <= bytes.count {
            guard bytes[at] == 0xFF else { return nil }
            let marker = bytes[at + 1]
            // Bytes that only fill up.
            if marker == 0xFF {
                at += 1
                continue
            }
            let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
            let end = at + 2 + length
            guard length >= 2, marker >= 0xC0, marker != 0xD8, marker != 0xD9, end <= bytes.count else { return nil }
            // The picture itself begins, and goes on to the end of the file.
            if marker == 0xDA { return picture(bytes[at...]).map { Data(kept) + $0 } }
            let isNote = (0xE1...0xEF).contains(marker) && marker != 0xEE || marker == 0xFE
            if !isNote { kept += bytes[at..<end] }
            at = end
        }
        return nil
    }

    /// Up to the end mark; what stands behind it is dropped.
    private static func picture(_ rest: ArraySlice<UInt8>) -> Data? {
        guard let mark = rest.indices.dropLast().last(where: { rest[$0] == 0xFF && rest[$0 + 1] == 0xD9 }) else {
            return nil
        }
        return Data(rest[...(mark + 1)])
    }
}
