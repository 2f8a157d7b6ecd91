/// `application/x-www-form-urlencoded` (<https://url.spec.whatwg.org/#urlencoded-serializing>).
enum FormEncoding {
    private static let kept = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)

    static func encoded(_ fields: [(String, String)]) -> String {
        fields.map { name, value in escaped(name) + "=" + escaped(value) }.joined(separator: "&")
    }

    /// Percent-encodes all but letters, digits, `-`, `.`, `_` and `~`; safe in a path and in a query, too.
    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in text.utf8 {
            if kept.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return result
    }
}
