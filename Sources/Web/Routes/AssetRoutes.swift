import HTTPTypes
import Hummingbird

/// The pages' files. They hold nothing about the site, so they need no sign-in: the sign-in page is one of them.
struct AssetRoutes: Sendable {
    /// Nothing is loaded from elsewhere, no inline code; `blob:` is what Media Source Extensions and pictures drawn by the
    /// page's own scripts need.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        + "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        + "frame-ancestors 'none'"

    var assets: Assets

    func add(to router: Router<WebContext>) {
        for path in assets.paths {
            router.get(RouterPath(path)) { request, _ in response(path, to: request) }
        }
        if assets.paths.contains("/index.html") {
            router.get("/") { request, _ in response("/index.html", to: request) }
        }
    }

    private func response(_ path: String, to request: Request) -> Response {
        guard let file = assets.file(path) else { return .page(Page.notFound, status: .notFound) }
        let headers: HTTPFields = [
            .contentType: file.contentType, .eTag: file.entityTag, .cacheControl: "no-cache",
            .contentSecurityPolicy: Self.policy,
        ]
        if request.headers[.ifNoneMatch] == file.entityTag { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}
