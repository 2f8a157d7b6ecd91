import Crypto
import Domain
import Foundation

/// A message that only one browser can read: RFC 8291, in the content coding of RFC 8188 with a single record.
enum PushEncryption {
    /// Push services take bodies of 4096 bytes; of those, the header, the tag and the mark of the last record are ours.
    static let maxPlainBytes = recordBytes - headerBytes - 17

    private static let recordBytes = 4096
    private static let headerBytes = 16 + 4 + 1 + PushDevice.keyBytes

    /// - Parameters:
    ///   - browserKey: An uncompressed point of P-256 (`p256dh`).
    ///   - secret: What the browser has given besides (`auth`), 16 bytes.
    ///   - key: For this message alone.
    ///   - salt: 16 bytes, for this message alone.
    /// - Throws: When the browser's key is no point of the curve.
    static func sealed(
        _ plain: Data, for browserKey: Data, secret: Data, key: P256.KeyAgreement.PrivateKey = .init(),
        salt: Data = .random(count: 16)
    ) throws -> Data {
        let browser = try P256.KeyAgreement.PublicKey(x963Representation: browserKey)
        let ours = key.publicKey.x963Representation
        // RFC 8291, 3.4.
        let shared = try key.sharedSecretFromKeyAgreement(with: browser).hkdfDerivedSymmetricKey(
            using: SHA256.self, salt: secret, sharedInfo: Data("WebPush: info\0".utf8) + browserKey + ours,
            outputByteCount: 32)
        // RFC 8188, 2.2 and 2.3.
        func derived(_ info: String, _ count: Int) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: shared, salt: salt, info: Data("Content-Encoding: \(info)\0".utf8),
                outputByteCount: count)
        }
        let nonce = try derived("nonce", 12).withUnsafeBytes { try AES.GCM.Nonce(data: $0) }
        // The mark of the last record.
        let box = try AES.GCM.seal(plain + [2], using: derived("aes128gcm", 16), nonce: nonce)
        let size = withUnsafeBytes(of: UInt32(recordBytes).bigEndian) { Data($0) }
        return salt + size + [UInt8(ours.count)] + ours + box.ciphertext + box.tag
    }
}

/// Who sends, for push services: VAPID (RFC 8292). A browser's address takes messages that are signed by this key alone.
struct PushSignature {
    /// Services refuse longer ones than a day.
    private static let validSeconds = 12.0 * 3600

    private let key: P256.Signing.PrivateKey
    /// An uncompressed point of P-256.
    let publicKey: Data

    /// - Parameter key: 32 bytes.
    init(key: Data) throws {
        self.key = try P256.Signing.PrivateKey(rawRepresentation: key)
        publicKey = self.key.publicKey.x963Representation
    }

    private struct Head: Encodable {
        var alg = "ES256"
        var typ = "JWT"
    }

    private struct Claims: Encodable {
        var aud: String
        var exp: Int
        var sub: String?
    }

    /// The header `Authorization`.
    /// - Parameters:
    ///   - origin: Of the push service.
    ///   - contact: Whom its operators can turn to: an address with https: or mailto:. Apple's service wants one.
    func authorization(for origin: String, contact: String?, now: Date) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let claims = Claims(
            aud: origin, exp: Int((now + Self.validSeconds).timeIntervalSince1970), sub: contact)
        let signed = try encoder.encode(Head()).base64URL + "." + encoder.encode(claims).base64URL
        let signature = try key.signature(for: Data(signed.utf8)).rawRepresentation.base64URL
        return "vapid t=\(signed).\(signature), k=\(publicKey.base64URL)"
    }
}
