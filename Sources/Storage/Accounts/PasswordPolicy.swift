import Foundation

/// Which passwords are taken. Long ones, and none that is tried first by who guesses.
public struct PasswordPolicy: Sendable {
    /// In characters.
    public static let length = 10...256

    public enum Weakness: Hashable, Sendable, CustomStringConvertible {
        case length
        /// One of the most common ones, with or without digits around it.
        case common
        /// `abcabcabcabc`, `1234567890`, `qwertzuiop`.
        case pattern
        /// Little more than the account's, the site's or a camera's name.
        case ownWords

        public var description: String {
            switch self {
            case .length: "A password has 10 to 256 characters."
            case .common:
                "This password is one of the most common ones. A few words that don't belong together are better."
            case .pattern: "This password repeats itself or follows the keys. A few words are better."
            case .ownWords: "This password is made of the account's or the site's own words. Take others."
            }
        }
    }

    private let ownWords: [String]

    /// - Parameter ownWords: Names of the site, its cameras, the account: what somebody who knows the place would try.
    public init(ownWords: [String] = []) {
        let parts = (ownWords + ["aislewatch"]).flatMap { word in
            [Self.letters(word)]
                + word.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map { Self.letters(String($0)) }
        }
        self.ownWords = Set(parts.filter { $0.count >= 3 }).sorted { ($0.count, $0) > ($1.count, $1) }
    }

    /// - Returns: nil for a password that may be used.
    public func weakness(of password: String) -> Weakness? {
        guard Self.length.contains(password.unicodeScalars.count) else { return .length }
        let text = password.precomposedStringWithCanonicalMapping.lowercased()
        if Self.isPattern(Array(text)) { return .pattern }
        let block = Self.repeated(Array(text)).map { String($0) } ?? text
        let bases = Set([Self.base(block), Self.letters(block)])
        if bases.contains(where: CommonPasswords.set.contains) || bases.contains("") { return .common }
        for base in bases {
            var rest = base
            for word in ownWords { rest = rest.replacingOccurrences(of: word, with: " ") }
            guard rest != base else { continue }
            let words = rest.split(separator: " ").map(String.init)
            if words.joined().count < 4 || words.allSatisfy({ CommonPasswords.set.contains($0) || $0.count < 3 }) {
                return .ownWords
            }
        }
        return nil
    }

    /// Without what stands around the letters, and with letters for the digits that look like them.
    private static func base(_ text: String) -> String {
        var core = Substring(text)
        while let last = core.last, !last.isLetter { core.removeLast() }
        while let first = core.first, !first.isLetter { core.removeFirst() }
        return letters(String(core.map { lookalikes[$0] ?? $0 }))
    }

    private static func letters(_ text: String) -> String {
        text.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil).filter(\.isLetter)
    }

    private static let lookalikes: [Character: Character] = [
        "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "$": "s", "@": "a", "!": "i",
    ]

    /// The part that a text repeats; nil when it doesn't.
    private static func repeated(_ text: [Character]) -> ArraySlice<Character>? {
        for length in 1...max(1, text.count / 2) where text.count > length {
            if (length..<text.count).allSatisfy({ text[$0] == text[$0 - length] }) { return text[..<length] }
        }
        return nil
    }

    private static let rows = [
        "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "asdfghjkl", "yxcvbnm", "zxcvbnm",
        "qaz",
        "wsx", "edc", "rfv", "tgb", "zhn", "yhn", "ujm",
    ]
    private static let neighbours: Set<[Character]> = {
        var pairs: Set<[Character]> = []
        for row in rows.map(Array.init) {
            for index in row.indices.dropFirst() {
                pairs.insert([row[index - 1], row[index]])
                pairs.insert([row[index], row[index - 1]])
            }
        }
        return pairs
    }()

    /// A short part again and again, or keys that lie beside each other, as in `1q2w3e4r5t` too.
    private static func isPattern(_ text: [Character]) -> Bool {
        if let part = repeated(text), part.count < 6 { return true }
        func share(stride: Int) -> Double {
            let places = stride..<text.count
            let near = places.count {
                text[$0] == text[$0 - stride] || neighbours.contains([text[$0 - stride], text[$0]])
            }
            return Double(near) / Double(max(1, places.count))
        }
        return share(stride: 1) >= 0.75 || share(stride: 2) >= 0.9
    }
}
