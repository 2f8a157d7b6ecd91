import Crypto
import Foundation
import TestSupport

/// A browser that has turned messages on, and its push service on loopback: opens what it gets, and looks at who sent it, by
/// the words of RFC 8188, 8291 and 8292 and with nothing of the program's own.
struct PushServer {
    struct Failure: Error, CustomStringConvertible { let description: String }

    struct Message: Decodable, Equatable {
        var title: String
        var body: String
        var url: String
        var tag: String
    }

    let stub: HTTPStub
    let secret = Data((0..<16).map { UInt8($0) })
    private let key = P256.KeyAgreement.PrivateKey()

    init(_ answers: [HTTPStub.Answer] = [], then last: HTTPStub.Answer = .respond(201)) throws {
        stub = try HTTPStub(answers, then: last)
    }

    var publicKey: Data { key.publicKey.x963Representation }

    /// - Parameter name: Of the browser: what follows the service's address.
    func endpoint(_ name: String = "browser") -> String { stub.baseURL + "/push/" + name }

    static func data(base64URL text: String) throws -> Data {
        let plain = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        guard let data = Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)) else {
            throw Failure(description: "no base64url: \(text)")
        }
        return data
    }

    func message(_ request: HTTPStub.Request) throws -> Message {
        guard request.headers["content-encoding"] == "aes128gcm" else { throw Failure(description: "the coding") }
        return try JSONDecoder().decode(
            Message.self, from: Self.opened(request.data, key: key, secret: secret))
    }

    static func opened(_ body: Data, key: P256.KeyAgreement.PrivateKey, secret: Data) throws -> Data {
        guard body.count <= 4096 else { throw Failure(description: "push services take 4096 bytes") }
        let salt = body.prefix(16), length = Int(body[20])
        let size = body[16..<20].reduce(0) { $0 << 8 | Int($1) }
        let sender = body[21..<21 + length], record = body[(21 + length)...]
        guard length == 65, record.count <= size else { throw Failure(description: "the header") }
        let shared = try key.sharedSecretFromKeyAgreement(with: .init(x963Representation: sender))
        let input = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: shared.withUnsafeBytes { SymmetricKey(data: $0) }, salt: secret,
            info: Data("WebPush: info".utf8) + [0] + key.publicKey.x963Representation + sender, outputByteCount: 32)
        func derived(_ info: String, _ count: Int) -> Data {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: input, salt: salt, info: Data("Content-Encoding: \(info)".utf8) + [0],
                outputByteCount: count
            ).withUnsafeBytes { Data($0) }
        }
        let box = try AES.GCM.SealedBox(combined: derived("nonce", 12) + record)
        var plain = try AES.GCM.open(box, using: SymmetricKey(data: derived("aes128gcm", 16)))
        while plain.last == 0 { plain.removeLast() }
        guard plain.popLast() == 2 else { throw Failure(description: "no last record") }
        return plain
    }

    struct Claims: Decodable {
        var aud: String
        var exp: Double
        var sub: String?
    }

    /// What the sender says of itself.
    /// - Throws: When it isn't signed by the key that it names, or that key is not the one which the browser was given.
    func claims(_ request: HTTPStub.Request, signedBy serverKey: Data) throws -> Claims {
        let header = request.headers["authorization"] ?? ""
        guard header.hasPrefix("vapid ") else { throw Failure(description: "no vapid: \(header)") }
        var fields: [String: String] = [:]
        for field in header.dropFirst(6).split(separator: ",") {
            let parts = field.trimmingCharacters(in: .whitespaces).split(separator: "=", maxSplits: 1)
            fields[String(parts[0])] = String(parts[1])
        }
        guard let named = fields["k"], try Self.data(base64URL: named) == serverKey else {
            throw Failure(description: "another key")
        }
        let parts = (fields["t"] ?? "").split(separator: ".").map(String.init)
        guard parts.count == 3 else { throw Failure(description: "no token") }
        let head = try JSONDecoder().decode([String: String].self, from: Self.data(base64URL: parts[0]))
        guard head == ["alg": "ES256", "typ": "JWT"] else { throw Failure(description: "the token's head: \(head)") }
        let signature = try P256.Signing.ECDSASignature(rawRepresentation: Self.data(base64URL: parts[2]))
        let key = try P256.Signing.PublicKey(x963Representation: serverKey)
        guard key.isValidSignature(signature, for: Data("\(parts[0]).\(parts[1])".utf8)) else {
            throw Failure(description: "the signature is wrong")
        }
        return try JSONDecoder().decode(Claims.self, from: Self.data(base64URL: parts[1]))
    }
}
