import Foundation

extension Sequence<UInt8> {
    /// The bytes in lower-case hexadecimal, two digits each: how digests are written.
    public var hexadecimal: String {
        reduce(into: "") { text, byte in text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    }
}

extension Data {
    /// Base64 with the alphabet of URLs and file names and without padding (RFC 4648, section 5).
    public var base64URL: String { base64EncodedString(options: [.base64URLAlphabet, .omitPaddingCharacter]) }

    /// Bytes from the system's generator, which is fit for secrets.
    public static func random(count: Int) -> Data {
        var generator = SystemRandomNumberGenerator()
        return Data((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
