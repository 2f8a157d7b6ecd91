import Foundation
import Yams

extension Section {
    /// A secret: the text itself, with `${NAME}` expanded, or `file:PATH` for the content of a file.
    ///
    /// Only what stands in the configuration can name a file: a variable's value that begins with `file:` is taken
    /// as it is. No message ever holds the value.
    func secret(_ key: String, what: String) -> Secret? {
        declare(key, .secret)
        guard let (node, mark) = node(key) else { return nil }
        let allowed = "\(what): ${NAME}, file:PATH, or the text itself"
        guard case .scalar(let scalar) = node else {
            refuse(key, at: mark, found: node.kindInWords, allowed: allowed)
            return nil
        }
        if scalar.string.hasPrefix("file:") {
            return context.expand(String(scalar.string.dropFirst(5)), at: mark).flatMap {
                secretFile($0, key: key, at: mark)
            }
        }
        guard let value = context.expand(scalar.string, at: mark) else { return nil }
        guard !value.allSatisfy(\.isWhitespace) else {
            refuse(key, at: mark, found: "an empty text", allowed: allowed)
            return nil
        }
        guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            refuse(key, at: mark, found: "a text with a line break or control character", allowed: allowed)
            return nil
        }
        if !scalar.string.contains("${") { warnIfReadable(key, at: mark) }
        return Secret(value)
    }

    /// Warns when a secret stands in a configuration that every user of the machine can read.
    func warnIfReadable(_ key: String, at mark: Position) {
        guard context.isReadableByOthers else { return }
        context.warning(
            mark, found: "\(name(key)) holds a secret in a file that every user can read",
            allowed: "use ${NAME} or file:PATH, or chmod 640 the configuration")
    }

    private static let maxSecretBytes = 65_536

    private func secretFile(_ path: String, key: String, at mark: Position) -> Secret? {
        let path = path.hasPrefix("//") ? String(path.dropFirst(2)) : path
        guard !path.isEmpty else {
            refuse(key, at: mark, found: "\"file:\" without a path", allowed: "file:/path/to/the/secret")
            return nil
        }
        let url = context.absolute(path)
        let attributes: [FileAttributeKey: Any]
        let data: Data
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else {
                refuse(key, at: mark, found: "file:\(url.path), which is not a regular file", allowed: "a text file")
                return nil
            }
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            data = try handle.read(upToCount: Self.maxSecretBytes + 1) ?? Data()
        } catch {
            let isThere = FileManager.default.fileExists(atPath: url.path)
            refuse(
                key, at: mark,
                found: "file:\(url.path), which \(isThere ? "this user may not read" : "does not exist")",
                allowed: "a file that the user who runs aislewatch can read")
            return nil
        }
        guard data.count <= Self.maxSecretBytes, let content = String(data: data, encoding: .utf8) else {
            refuse(
                key, at: mark, found: "file:\(url.path), which holds no short text", allowed: "at most 64 KiB of UTF-8")
            return nil
        }
        let value = content.trimmingCharacters(in: .newlines)
        guard !value.allSatisfy(\.isWhitespace) else {
            refuse(key, at: mark, found: "file:\(url.path), which is empty", allowed: "a file with the secret in it")
            return nil
        }
        guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            refuse(key, at: mark, found: "file:\(url.path), which has several lines", allowed: "one line")
            return nil
        }
        if let mode = attributes[.posixPermissions] as? NSNumber, mode.intValue & 0o004 != 0 {
            context.warning(
                mark, found: "\(url.path) holds a secret and can be read by every user", allowed: "chmod 600 it")
        }
        return Secret(value)
    }
}
