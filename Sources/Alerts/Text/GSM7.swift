import Foundation

/// The default alphabet of SMS (3GPP TS 23.038, 6.2.1): a text within it has room for 160 characters, any other for 70.
public enum GSM7 {
    private static let basic = Set(
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?".unicodeScalars
    ).union("¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà".unicodeScalars)
    /// Each takes two places.
    private static let extended = Set("^{}\\[~]|€".unicodeScalars)

    /// Typographic characters that people put into names, and what says the same.
    private static let plain: [Unicode.Scalar: String] = [
        "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "‘": "'", "’": "'", "‚": "'", "“": "\"", "”": "\"", "„": "\"",
        "«": "\"", "»": "\"", "…": "...", "·": "-", "•": "-", "×": "x", "²": "2", "³": "3", "°": "o", "№": "No",
        "\u{A0}": " ", "\u{202F}": " ", "ẞ": "SS", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "œ": "oe", "Œ": "OE",
        "ı": "i",
    ]

    /// The places that the text takes in an SMS; nil when it holds a character outside the alphabet.
    public static func septets(_ text: String) -> Int? {
        var count = 0
        for scalar in text.unicodeScalars {
            if basic.contains(scalar) {
                count += 1
            } else if extended.contains(scalar) {
                count += 2
            } else {
                return nil
            }
        }
        return count
    }

    /// How many SMS a text takes: one for up to 160 places (70 UTF-16 units outside the alphabet), else one for each 153
    /// (67), because parts of a longer text carry a header (3GPP TS 23.040, 9.2.3.24.1).
    public static func segments(_ text: String) -> Int {
        let (places, single, part) = septets(text).map { ($0, 160, 153) } ?? (text.utf16.count, 70, 67)
        return places <= single ? 1 : (places + part - 1) / part
    }

    /// The text with what the alphabet lacks replaced where something else says the same (a dash, a quotation mark, a
    /// letter without its accent); other characters stay. Line breaks and control characters become spaces.
    public static func folded(_ text: String) -> String {
        var result = ""
        for character in text.precomposedStringWithCanonicalMapping {
            result += folded(character)
        }
        return result
    }

    private static func folded(_ character: Character) -> String {
        let text = String(character)
        guard let scalar = character.unicodeScalars.first else { return "" }
        if character.isNewline || scalar.properties.generalCategory == .control { return " " }
        if septets(text) != nil { return text }
        if let plain = plain[scalar], character.unicodeScalars.count == 1 { return plain }
        let base = text.decomposedStringWithCanonicalMapping.unicodeScalars.first.map { String($0) } ?? text
        return character.isLetter && septets(base) != nil ? base : text
    }
}
