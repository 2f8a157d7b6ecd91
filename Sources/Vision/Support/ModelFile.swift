import Crypto
import Foundation

/// Reading a model's files, checked against what the manifest says about them.
enum ModelFile {
    /// - Throws: `VisionError.modelMissing` or `modelUnreadable`.
    static func read(_ file: URL) throws -> [UInt8] {
        guard FileManager.default.fileExists(atPath: file.path) else { throw VisionError.modelMissing(path: file.path) }
        do {
            return try [UInt8](Data(contentsOf: file))
        } catch {
            throw VisionError.modelUnreadable(path: file.path, reason: error.localizedDescription)
        }
    }

    /// - Throws: also `VisionError.modelTruncated` or `modelChanged`.
    static func read(_ file: URL, expectedBytes: Int, sha256: String) throws -> [UInt8] {
        let bytes = try read(file)
        guard bytes.count == expectedBytes else {
            throw VisionError.modelTruncated(path: file.path, expectedBytes: expectedBytes, foundBytes: bytes.count)
        }
        let digest = SHA256.hash(data: bytes).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
        guard digest == sha256.lowercased() else { throw VisionError.modelChanged(path: file.path) }
        return bytes
    }
}
