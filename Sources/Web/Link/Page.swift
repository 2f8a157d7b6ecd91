import Crypto
public import Domain
public import Foundation
import HTTPTypes
import Hummingbird

/// The frame that all pages share.
enum Page {
    /// - Parameters:
    ///   - language: of the text.
    ///   - title: plain text.
    ///   - body: HTML.
    ///   - refreshSeconds: reload after so long; only for pages on which nothing plays.
    ///   - script: The address of a module without which the page works, too.
    static func html(
        language: String, title: String, body: String, refreshSeconds: Int? = nil, script: String? = nil
    ) -> String {
        let refresh = refreshSeconds.map { "\n<meta http-equiv=\"refresh\" content=\"\($0)\">" } ?? ""
        let module = script.map { "\n<script type=\"module\" src=\"\($0)\"></script>" } ?? ""
        return """
            <!doctype html>
            <html lang="\(language)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex, nofollow">
            <link rel="icon" href="/icon.svg" type="image/svg+xml">\(refresh)
            <title>\(HTML.escape(title))</title>
            <style>\(PageStyle.css)</style>\(module)
            </head>
            <body>
            \(body)
            </body>
            </html>

            """
    }

    /// For whatever is not there: an unknown link and an expired one look the same, so that nothing can be learned.
    static func notFound(_ words: PageWords) -> String { note(words.notFound, words) }

    static func tooManyRequests(_ words: PageWords) -> String { note(words.tooManyRequests, words) }

    static func failed(_ words: PageWords) -> String { note(words.failed, words) }

    private static func note(_ note: PageWords.Note, _ words: PageWords) -> String {
        html(
            language: words.language, title: note.title,
            body: """
                <main>
                <h1>\(HTML.escape(note.title))</h1>
                <p>\(HTML.escape(note.text))</p>
                </main>
                """)
    }
}

/// The pages' one style sheet. It stands in the page, named by its hash in the Content-Security-Policy: no further
/// request, and still nothing else may style the page.
enum PageStyle {
    static let css = """
        :root{color-scheme:light dark;--ink:#14191c;--soft:#505b63;
        --paper:#fbfcfc;--line:#cdd4d8;--mark:#b0241b;--do:#0b666c;--on:#fff}
        @media (prefers-color-scheme:dark){:root{--ink:#e6eaec;--soft:#9ca7af;
        --paper:#0c0f11;--line:#2a3137;--mark:#ff7d6f;--do:#4cc3c6;--on:#06181a}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:60rem;padding:1rem;background:var(--paper);color:var(--ink);
        font:1.0625rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
        h1{margin:.25rem 0;font-size:1.5rem;line-height:1.25}
        .kind{color:var(--mark);font-weight:600}
        .text{font-size:1.125rem}
        video,img{display:block;width:100%;height:auto;max-height:75vh;
        background:#0a0c0d;border-radius:3px;margin:1rem 0 .25rem}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;border-top:1px solid var(--line);padding-top:1rem}
        dt,.note,footer{color:var(--soft)}
        dd{margin:0}
        a{color:inherit}
        .note,footer{font-size:.9375rem}
        button{font:inherit;font-weight:600;padding:.75rem 1.25rem;border:0;border-radius:3px;
        background:var(--do);color:var(--on)}
        button.other{background:none;color:var(--ink);box-shadow:inset 0 0 0 2px var(--line)}
        .acts{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0}
        h2{margin:1.5rem 0 .25rem;font-size:1.125rem}
        .state{font-size:1.25rem;font-weight:600;border-left:4px solid var(--do);padding-left:.75rem;margin:1rem 0}
        .list,.log{list-style:none;margin:0;padding:0}
        .list button{display:flex;gap:.75rem;align-items:baseline;width:100%;min-height:3rem;padding:.5rem 0;font-weight:400;
        text-align:left;background:none;color:var(--ink);border-radius:0;border-bottom:1px solid var(--line)}
        .list button:disabled{color:inherit}
        .box{flex:none;width:1.375rem;height:1.375rem;line-height:1.25rem;text-align:center;border:2px solid var(--soft);
        border-radius:3px;align-self:center}
        .ticked .box{background:var(--do);border-color:var(--do);color:var(--on)}
        .list small,.log small{display:block;color:var(--soft)}
        .log li{padding:.5rem 0;border-bottom:1px solid var(--line)}
        .log img{max-height:20rem;width:auto;max-width:100%}
        form.say{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0}
        form.say input{flex:1 1 12rem;min-width:0;font:inherit;padding:.625rem .75rem;border:1px solid var(--soft);
        border-radius:3px;background:none;color:inherit}
        .photo{display:inline-block;font-weight:600;padding:.75rem 1.25rem;border-radius:3px;
        box-shadow:inset 0 0 0 2px var(--line);cursor:pointer}
        .photo input{position:absolute;opacity:0;width:1px;height:1px}
        .photo:focus-within,button:focus-visible,a:focus-visible,input:focus-visible{outline:3px solid var(--do);outline-offset:2px}
        """

    /// For `style-src`: CSP level 2, section 7.17.
    static let source = "'sha256-\(Data(SHA256.hash(data: Data(css.utf8))).base64EncodedString())'"
}

extension Response {
    /// An HTML page.
    static func page(_ html: String, status: HTTPResponse.Status = .ok) -> Response {
        let body = ByteBuffer(string: html)
        return Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"], body: ResponseBody(byteBuffer: body))
    }
}

/// What the pages need to know of the site.
public struct PageSettings: Sendable {
    /// Shown at the foot; may be empty.
    public var siteName: String
    /// In which times are shown.
    public var timeZone: TimeZone
    /// Of the page behind an alert's link: `en` or `de`.
    public var language: String
    var words: PageWords { .inLanguage(language) }
    /// What people call a camera.
    public var cameraName: @Sendable (CameraID) -> String
    /// The alert's text without the link.
    public var text: @Sendable (Incident) -> String
    /// The same by language, in those that the program has beside the site's.
    public var texts: @Sendable (Incident) -> [String: String]
    /// What is to be done about it.
    public var playbook: @Sendable (Incident) -> Playbook?

    public init(
        siteName: String, timeZone: TimeZone, language: String = "en",
        cameraName: @escaping @Sendable (CameraID) -> String,
        text: @escaping @Sendable (Incident) -> String,
        texts: @escaping @Sendable (Incident) -> [String: String] = { _ in [:] },
        playbook: @escaping @Sendable (Incident) -> Playbook? = { _ in nil }
    ) {
        self.siteName = siteName
        self.timeZone = timeZone
        self.language = language
        self.cameraName = cameraName
        self.text = text
        self.texts = texts
        self.playbook = playbook
    }
}
