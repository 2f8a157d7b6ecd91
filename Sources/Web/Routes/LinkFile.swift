/// A file's name below a link: `clip.mp4` and `poster.jpg` for the first clip, `clip-2.mp4` for the second, and so on.
struct LinkFile: Hashable {
    enum Kind: Hashable {
        case video, poster
    }

    var kind: Kind
    /// Of the incident's clips, from 0.
    var index: Int

    /// - Returns: nil for any other name.
    init?(_ name: String) {
        let stem: Substring
        if name.hasPrefix("clip"), name.hasSuffix(".mp4") {
            kind = .video
            stem = name.dropFirst(4).dropLast(4)
        } else if name.hasPrefix("poster"), name.hasSuffix(".jpg") {
            kind = .poster
            stem = name.dropFirst(6).dropLast(4)
        } else {
            return nil
        }
        if stem.isEmpty {
            index = 0
            return
        }
        let digits = stem.dropFirst()
        guard stem.first == "-", (1...4).contains(digits.count), digits.first != "0",
            digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits)
        else { return nil }
        index = number - 1
    }
}
