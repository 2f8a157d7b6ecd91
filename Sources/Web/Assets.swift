import Domain
public import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// The pages' own files, found at run time: beside an installed executable in `../share/aislewatch/web`, or in the
/// checkout. `$AISLEWATCH_WEB` names another folder.
///
/// The list is made once, at the start, so nothing else can ever be asked for; a file that changed is sent as it is then.
public struct Assets: Sendable {
    public static let environmentKey = "AISLEWATCH_WEB"

    private let folder: URL?
    /// Paths below the folder, for instance `/js/app.js`.
    private let paths: Set<String>

    /// Looks through the folder, which may wait for the disk.
    /// - Parameter folder: nil serves nothing.
    public init(folder: URL?) {
        if folder != nil { BlockingWork.assertMayBlock("listing the pages' files") }
        self.folder = folder
        var paths: Set<String> = []
        let all = folder.flatMap { FileManager.default.enumerator(atPath: $0.path(percentEncoded: false)) }
        while let name = all?.nextObject() as? String {
            guard all?.fileAttributes?[.type] as? FileAttributeType == .typeRegular,
                !name.split(separator: "/").contains(where: { $0.hasPrefix(".") })
            else { continue }
            paths.insert("/" + name)
        }
        self.paths = paths
    }

    /// The folder with `index.html`. Looks for it, which may wait for the disk.
    public static func folder(
        environment: [String: String], executable: URL? = Bundle.main.executableURL,
        workingDirectory: URL = URL(filePath: FileManager.default.currentDirectoryPath)
    ) -> URL? {
        BlockingWork.assertMayBlock("looking for the pages' files")
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

    /// Answers with one of the files whatever no route answers; nil where there are none.
    func middleware(logger: Logger) -> AssetMiddleware? {
        folder.map { AssetMiddleware(folder: $0, paths: paths, logger: logger) }
    }
}

/// Sends the pages' files. They hold nothing about the site, so they need no sign-in: the sign-in page is one of them.
struct AssetMiddleware: RouterMiddleware {
    typealias Context = WebContext

    /// Nothing is loaded from elsewhere, no inline code; `blob:` is what Media Source Extensions and pictures drawn by the
    /// page's own scripts need.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        + "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        + "frame-ancestors 'none'"

    private let files: FileMiddleware<WebContext, ListedFiles>
    private let compressed = CompressedFiles()

    init(folder: URL, paths: Set<String>, logger: Logger) {
        let files = LocalFileSystem(
            rootFolder: folder.path(percentEncoded: false), threadPool: .singleton, logger: logger)
        self.files = FileMiddleware(
            fileProvider: ListedFiles(paths: paths, files: files), searchForIndexHtml: true
        ).withAdditionalMediaType(MediaType(type: .application, subType: "yaml"), mappedToFileExtension: "yaml")
    }

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError where error.status == .notFound {
            return try await response(to: request, context: context)
        }
    }

    /// - Parameter path: Nil is the request's own.
    /// - Throws: ``HTTPError`` when there is no such file.
    func response(to request: Request, path: String? = nil, context: WebContext) async throws -> Response {
        var head = request.head
        head.path = path ?? head.path
        // Files are small, and Hummingbird reads `bytes=-5` as the first five.
        head.headerFields[.range] = nil
        var response = try await files.handle(Request(head: head, body: request.body), context: context) { _, _ in
            throw HTTPError(.notFound)
        }
        response.headers[.acceptRanges] = nil
        response = try await compressed.applied(to: response, path: head.path ?? "/", of: request)
        // Asked for again each time, and sent when it changed: a new version is never mixed with an old one.
        response.headers[.cacheControl] = "no-cache"
        response.headers[.contentSecurityPolicy] = Self.policy
        return response
    }

    /// The files of the list alone.
    private struct ListedFiles: FileProvider {
        typealias FileAttributes = LocalFileSystem.FileAttributes
        let paths: Set<String>
        let files: LocalFileSystem

        func getFileIdentifier(_ path: String) -> String? {
            path == "/" || paths.contains(path) ? files.getFileIdentifier(path) : nil
        }

        func getAttributes(id: String) async throws -> FileAttributes? { try await files.getAttributes(id: id) }

        func loadFile(id: String, context: some RequestContext) async throws -> ResponseBody {
            try await files.loadFile(id: id, context: context)
        }

        func loadFile(id: String, range: ClosedRange<Int>, context: some RequestContext) async throws -> ResponseBody {
            try await files.loadFile(id: id, range: range, context: context)
        }
    }
}
