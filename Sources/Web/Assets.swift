import Crypto
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
    /// - Parameter language: Of the site's texts.
    func middleware(language: String, logger: Logger) -> AssetMiddleware? {
        folder.map { AssetMiddleware(folder: $0, paths: paths, language: language, logger: logger) }
    }
}

/// Sends the pages' files. They hold nothing about the site, so they need no sign-in: the sign-in page is one of them.
struct AssetMiddleware: RouterMiddleware {
    typealias Context = WebContext

    /// Nothing is loaded from elsewhere, no inline code; `blob:` is what Media Source Extensions and pictures drawn by the
    /// page's own scripts need.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        + "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
        + "frame-ancestors 'none'"

    private let files: FileMiddleware<WebContext, ListedFiles>
    private let compressed = CompressedFiles()

    /// In the first page's first element: which catalogues there are, and what to show to whom none of them is for.
    private let languages: String

    init(folder: URL, paths: Set<String>, language: String, logger: Logger) {
        let names = paths.compactMap { $0.wholeMatch(of: /\/words\/([A-Za-z-]+)\.json/).map { String($0.1) } }
        languages =
            "<html lang=\"en\" data-languages=\"\(names.sorted().joined(separator: " "))\" data-language=\"\(language)\">"
        let files = LocalFileSystem(
            rootFolder: folder.path(percentEncoded: false), threadPool: .singleton, logger: logger)
        self.files = FileMiddleware(
            fileProvider: ListedFiles(paths: paths, files: files), searchForIndexHtml: true
        ).withAdditionalMediaType(MediaType(type: .application, subType: "yaml"), mappedToFileExtension: "yaml")
            .withAdditionalMediaType(
                MediaType(type: .application, subType: "manifest+json"), mappedToFileExtension: "webmanifest")
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
        let isFirstPage =
            path == nil && ["/", "/index.html"].contains(request.uri.path)
            && [.get, .head].contains(request.method)
        if isFirstPage {
            // Its tag and length are those of what is sent, not the file's.
            head.method = .get
            head.headerFields[.ifNoneMatch] = nil
            head.headerFields[.ifModifiedSince] = nil
        }
        var response = try await files.handle(Request(head: head, body: request.body), context: context) { _, _ in
            throw HTTPError(.notFound)
        }
        response.headers[.acceptRanges] = nil
        if isFirstPage { response = try await withLanguages(response, for: request) }
        response = try await compressed.applied(to: response, path: head.path ?? "/", of: request)
        // Asked for again each time, and sent when it changed: a new version is never mixed with an old one.
        response.headers[.cacheControl] = "no-cache"
        response.headers[.contentSecurityPolicy] = Self.policy
        return response
    }

    /// The first page with the languages that there are, so that it need not ask before it is drawn.
    private func withLanguages(_ response: Response, for request: Request) async throws -> Response {
        var response = response
        let file = String(buffer: try await Gzip.collect(response.body))
        let text = file.replacing(/<html [^>]*>/, with: languages, maxReplacements: 1)
        let tag = "W/\"\(Insecure.MD5.hash(data: Data(text.utf8)).map { String($0, radix: 16) }.joined())\""
        response.headers[.eTag] = tag
        response.headers[.lastModified] = nil
        if request.headers[.ifNoneMatch]?.contains(tag) == true {
            response.status = .notModified
            response.body = ResponseBody()
            response.headers[.contentLength] = nil
        } else {
            response.body =
                request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(string: text))
            response.headers[.contentLength] = "\(text.utf8.count)"
        }
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
