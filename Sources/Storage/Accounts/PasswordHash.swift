import Crypto
import CryptoExtras
import Domain
import Foundation

/// A password as it is stored: scrypt (RFC 7914) with a salt of its own, in one line of text.
///
/// `$scrypt$ln=14,r=8,p=2$SALT$HASH`, salt and hash in base64. The work follows OWASP's password storage advice for scrypt
/// with 16 MiB (N = 2^14, r = 8, p = 5) in memory, and costs some 100 ms a guess.
public struct PasswordHash: Hashable, Sendable {
    /// How much work a guess costs: 2^`logRounds` rounds over blocks of 128 × `blockSize` bytes, `parallelism` times.
    public struct Cost: Hashable, Sendable {
        public var logRounds: Int
        public var blockSize: Int
        public var parallelism: Int

        public init(logRounds: Int = 14, blockSize: Int = 8, parallelism: Int = 5) {
            self.logRounds = logRounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }
    }

    public let text: String

    /// Takes what the database holds.
    init(text: String) { self.text = text }

    /// - Throws: when the library refuses the cost.
    public init(_ password: String, cost: Cost = Cost()) throws {
        let salt = Data.random(count: 16)
        let hash = try Self.derive(password, salt: salt, cost: cost)
        text =
            "$scrypt$ln=\(cost.logRounds),r=\(cost.blockSize),p=\(cost.parallelism)$\(salt.base64EncodedString())"
            + "$\(hash.base64EncodedString())"
    }

    /// Whether this is the password, in a time that doesn't tell how much of it was right.
    public func matches(_ password: String) -> Bool {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[1] == "scrypt", let cost = Self.cost(parts[2]),
            let salt = Data(base64Encoded: String(parts[3])), let hash = Data(base64Encoded: String(parts[4])),
            let derived = try? Self.derive(password, salt: salt, cost: cost), derived.count == hash.count
        else { return false }
        return zip(derived, hash).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func derive(_ password: String, salt: Data, cost: Cost) throws -> Data {
        // The same letters typed on another keyboard may come composed otherwise.
        let bytes = Data(password.precomposedStringWithCanonicalMapping.utf8)
        let key = try KDF.Scrypt.deriveKey(
            from: bytes, salt: salt, outputByteCount: 32, rounds: 1 << cost.logRounds, blockSize: cost.blockSize,
            parallelism: cost.parallelism)
        return key.withUnsafeBytes { Data($0) }
    }

    private static func cost(_ text: Substring) -> Cost? {
        var values: [Substring: Int] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=")
            guard pair.count == 2 else { return nil }
            values[pair[0]] = Int(pair[1])
        }
        guard let logRounds = values["ln"], let blockSize = values["r"], let parallelism = values["p"],
            (1...20).contains(logRounds), (1...32).contains(blockSize), (1...16).contains(parallelism)
        else { return nil }
        return Cost(logRounds: logRounds, blockSize: blockSize, parallelism: parallelism)
    }
}
