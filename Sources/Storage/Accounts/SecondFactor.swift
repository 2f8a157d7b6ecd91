import Crypto
import Foundation

/// One-time passwords by time (RFC 6238) as authenticator apps make them: HMAC-SHA-1, six digits, a new one each 30 s.
public struct OneTimePassword: Sendable {
    public static let stepSeconds = 30.0
    public static let digits = 6
    /// 160 bits, as RFC 4226 advises.
    static let secretBytes = 20
    /// Clocks of telephones differ, and people type slowly: codes of so many steps before and after count as well.
    static let toleratedSteps: Int64 = 1

    public let secret: Data

    public init(secret: Data) { self.secret = secret }

    static func step(at date: Date) -> Int64 {
        Int64((date.timeIntervalSince1970 / stepSeconds).rounded(.down))
    }

    /// The code of a moment.
    public func code(at date: Date) -> String { code(step: Self.step(at: date)) }

    /// RFC 4226, 5.3.
    func code(step: Int64) -> String {
        let counter = withUnsafeBytes(of: UInt64(bitPattern: step).bigEndian) { Data($0) }
        let hash = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int(hash[19] & 0x0F)
        let number =
            UInt32(hash[offset] & 0x7F) << 24 | UInt32(hash[offset + 1]) << 16 | UInt32(hash[offset + 2]) << 8
            | UInt32(hash[offset + 3])
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: Self.digits - text.count) + text
    }

    /// The step to which a code belongs; nil when it is wrong, or not newer than `after`: each code opens once.
    func step(of code: String, at date: Date, after: Int64) -> Int64? {
        let now = Self.step(at: date)
        var found: Int64?
        for step in (now - Self.toleratedSteps)...(now + Self.toleratedSteps) {
            let right = self.code(step: step)
            let isSame =
                right.utf8.count == code.utf8.count
                && zip(right.utf8, code.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
            if isSame, step > after { found = found ?? step }
        }
        return found
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~@")

    /// As apps take it by hand.
    public var base32: String { secret.base32 }

    /// As apps take it from a picture (the key URI format of authenticator apps).
    public func uri(issuer: String, account: String) -> String {
        func escaped(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? ""
        }
        return "otpauth://totp/\(escaped(issuer)):\(escaped(account))?secret=\(base32)&issuer=\(escaped(issuer))"
    }
}

/// Codes for the day on which the telephone is lost: each opens once.
enum RecoveryCode {
    static let count = 10

    /// 80 bits in four groups, as in `ABCD-EFGH-IJKL-MNOP`.
    static func make() -> String {
        let text = Array(Data.random(count: 10).base32)
        return stride(from: 0, to: text.count, by: 4).map { String(text[$0..<$0 + 4]) }.joined(separator: "-")
    }

    /// As it is hashed, however it was typed; nil for what can't be one.
    static func normalized(_ typed: String) -> String? {
        let text = typed.uppercased().filter { $0 != "-" && $0 != " " }
        return text.count == 16 && text.allSatisfy { $0.isASCII } ? text : nil
    }
}

extension Data {
    /// RFC 4648, 6, without padding.
    var base32: String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var text = "", bits = 0, value = 0
        for byte in self {
            value = (value << 8 | Int(byte)) & 0xFFFF
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(letters[value >> bits & 31])
            }
        }
        if bits > 0 { text.append(letters[value << (5 - bits) & 31]) }
        return text
    }
}
