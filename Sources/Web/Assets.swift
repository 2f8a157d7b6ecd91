import Crypto
import Foundation
import Synchronization

/// The pages' own files, found at run time: beside an installed executable in `../share/aislewatch/web`, or in the
/// checkout. `$AISLEWATCH_WEB` names another folder.
///
/// The list is made once, at the start, so nothing outside it can ever be asked for; a file that changed is read again.
public final class Assets: Sendable {
    /// One file as it is served.
    struct File: Sendable {
        var contentType: String
        var bytes: Data
        var entityTag: String
    }

    private struct Known {
        var url: URL
        var modified: Date
        var file: File
    }

    public static let environmentKey = "AISLEWATCH_WEB"
    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8", "mjs": "text/javascript; charset=utf-8",
        "json": "application/json; charset=utf-8", "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg",
        "ico": "image/x-icon", "webp": "image/webp", "woff2": "font/woff2", "yaml": "application/yaml; charset=utf-8",
        "webmanifest": "application/manifest+json", "txt": "text/plain; charset=utf-8",
    ]

    private let files: Mutex<[String: Known]>
    /// Paths below the root, for instance `/js/app.js`.
    let paths: [String]

    /// - Parameter folder: nil serves nothing.
    public init(folder: URL?) {
        var known: [String: Known] = [:]
        if let folder, let root = realpath(folder.path, nil) {
            defer { free(root) }
            let prefix = String(cString: root)
            let all = FileManager.default.enumerator(atPath: prefix)
            while let name = all?.nextObject() as? String {
                let url = URL(filePath: prefix).appending(path: name)
                guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }),
                    let entry = Self.read(url)
                else { continue }
                known["/" + name] = entry
            }
        }
        paths = known.keys.sorted()
        files = Mutex(known)
    }

    /// The folder with `index.html`.
    public static func folder(
        environment: [String: String], executable: URL? = Bundle.main.executableURL,
        workingDirectory: URL = URL(filePath: FileManager.default.currentDirectoryPath)
    ) -> URL? {
        var places: [URL] = []
        if let set = environment[environmentKey], !set.isEmpty {
            places = [URL(filePath: set)]
        } else {
            if let folder = executable?.resolvingSymlinksInPath().deletingLastPathComponent() {
                places.append(folder.deletingLastPathComponent().appending(path: "share/aislewatch/web"))
                places += checkouts(folder)
            }
            places += checkouts(workingDirectory)
        }
        return places.first { FileManager.default.fileExists(atPath: $0.appending(path: "index.html").path) }
    }

    func file(_ path: String) -> File? {
        files.withLock { files in
            guard let known = files[path] else { return nil }
            let now = (try? FileManager.default.attributesOfItem(atPath: known.url.path)[.modificationDate]) as? Date
            if let now, now != known.modified, let fresh = Self.read(known.url) { files[path] = fresh }
            return files[path]?.file
        }
    }

    private static func read(_ url: URL) -> Known? {
        guard let type = types[url.pathExtension.lowercased()],
            let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
            attributes[.type] as? FileAttributeType == .typeRegular,
            let modified = attributes[.modificationDate] as? Date,
            let bytes = FileManager.default.contents(atPath: url.path)
        else { return nil }
        let hash = SHA256.hash(data: bytes).prefix(12).map { String($0, radix: 16) }.joined()
        return Known(
            url: url, modified: modified, file: File(contentType: type, bytes: bytes, entityTag: "\"\(hash)\""))
    }

    private static func checkouts(_ folder: URL) -> [URL] {
        var result: [URL] = []
        var place = folder.standardizedFileURL
        while result.count < 6 {
            result.append(place.appending(path: "Sources/Web/Assets"))
            if place.path == "/" { break }
            place.deleteLastPathComponent()
        }
        return result
    }
}
