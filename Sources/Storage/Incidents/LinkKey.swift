import Crypto
import Domain
public import Foundation
import Glibc
import Synchronization

/// The key from which tokens of links are made, in a file beside the database.
///
/// A message that waits in the outbox must still have its link after a restart, but a copy of the database must not
/// open anybody's page. So a token is HMAC-SHA256(key, nonce), cut to 192 bits; the database holds the nonce and the
/// token's SHA-256. When the key file is lost, links that were sent still work; those that wait get a new token.
final class LinkKey: Sendable {
    static let bytes = 32
    private let path: String
    private let loaded = Mutex<SymmetricKey?>(nil)

    init(path: String) { self.path = path }

    /// 192 bits as 32 characters of base64url.
    func token(nonce: Data) throws -> String {
        let code = HMAC<SHA256>.authenticationCode(for: nonce, using: try key())
        return Data(code.prefix(24)).base64URL
    }

    /// Another key for another purpose, made from this one.
    func derived(for purpose: String) throws -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: try key(), info: Data(purpose.utf8), outputByteCount: 32)
    }

    /// Read, or made, at the first use: who only lists incidents needs no key.
    private func key() throws -> SymmetricKey {
        try loaded.withLock { loaded in
            if let loaded { return loaded }
            let key = SymmetricKey(data: try readOrMake())
            loaded = key
            return key
        }
    }

    private func readOrMake() throws(StorageError) -> Data {
        if let data = try read() { return data }
        let data = Data.random(count: Self.bytes)
        // Whole under a temporary name first; of two processes that make one at once, the first wins.
        let temporary = path + ".\(getpid())"
        unlink(temporary)
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        let written = data.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let synced = fsync(descriptor)
        close(descriptor)
        defer { unlink(temporary) }
        guard written == data.count, synced == 0 else { throw failure() }
        if Glibc.link(temporary, path) != 0, errno != EEXIST { throw failure() }
        guard let kept = try read() else { throw failure() }
        return kept
    }

    private func read() throws(StorageError) -> Data? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .cannotOpen(path: path, reason: "it can't be read")
        }
        guard data.count == Self.bytes else {
            throw .cannotOpen(path: path, reason: "it must hold \(Self.bytes) bytes; remove it to get a new one")
        }
        return data
    }

    private func failure() -> StorageError { .cannotOpen(path: path, reason: String(cString: strerror(errno))) }
}

/// A link's token. Of one that is new ``Store/commit(_:link:plan:)`` stores the hash, and only when a message carries it.
public struct LinkToken: Sendable, CustomStringConvertible {
    /// The last part of the link's path: 192 bits in 32 characters of `A-Z a-z 0-9 - _`. A secret: never log it.
    public let token: String
    /// After this moment the link opens nothing.
    public let expiresAt: Date
    let nonce: Data
    /// Whether its hash is in the database.
    var isStored = false

    public var description: String { "LinkToken(expiresAt: \(expiresAt))" }
}
