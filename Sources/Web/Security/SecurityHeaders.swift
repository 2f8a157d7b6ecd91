import HTTPTypes
import Hummingbird

/// Headers that every answer carries, errors included.
struct SecurityHeaders<Context: RequestContext>: RouterMiddleware {
    /// For pages about errors.
    let words: PageWords

    /// For a page that shows what changes.
    static var policyWithScript: String { policy + "; script-src 'self'; connect-src 'self'" }

    private static var policy: String {
        "default-src 'none'; style-src \(PageStyle.source); img-src 'self'; media-src 'self'; base-uri 'none'; "
            + "form-action 'self'; frame-ancestors 'none'"
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as any HTTPResponseError {
            response = page(error.status)
        } catch {
            context.logger.error("A page could not be served", metadata: ["error": "\(error)"])
            response = page(.internalServerError)
        }
        for (name, value) in Self.fields where response.headers[name] == nil { response.headers[name] = value }
        return response
    }

    private func page(_ status: HTTPResponse.Status) -> Response {
        switch status {
        case .internalServerError: .page(Page.failed(words), status: .internalServerError)
        // A wrong method too: nothing is there for it.
        default: .page(Page.notFound(words), status: .notFound)
        }
    }

    private static var fields: [(HTTPField.Name, String)] {
        var fields: [(HTTPField.Name, String)] = [
            (.contentSecurityPolicy, policy), (.xContentTypeOptions, "nosniff"), (.cacheControl, "no-store"),
        ]
        let others = [
            "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow", "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        ]
        for (name, value) in others { HTTPField.Name(name).map { fields.append(($0, value)) } }
        return fields
    }
}
