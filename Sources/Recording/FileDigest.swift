import Foundation

/// A file's fingerprint.
public enum FileDigest {
    /// SHA-256 in lower-case hex.
    public static func sha256(of url: URL) throws -> String { try DurableFiles.digest(of: url).sha256 }
}
