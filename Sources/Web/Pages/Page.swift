/// The frame that all pages share.
enum Page {
    /// - Parameters:
    ///   - language: of the text.
    ///   - title: plain text.
    ///   - body: HTML.
    ///   - refreshSeconds: reload after so long; only for pages on which nothing plays.
    static func html(language: String = "en", title: String, body: String, refreshSeconds: Int? = nil) -> String {
        let refresh = refreshSeconds.map { "\n<meta http-equiv=\"refresh\" content=\"\($0)\">" } ?? ""
        return """
            <!doctype html>
            <html lang="\(language)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex, nofollow">
            <link rel="icon" href="/icon.svg" type="image/svg+xml">\(refresh)
            <title>\(HTML.escape(title))</title>
            <style>\(PageStyle.css)</style>
            </head>
            <body>
            \(body)
            </body>
            </html>

            """
    }

    /// For whatever is not there: an unknown link and an expired one look the same, so that nothing can be learned.
    static let notFound = html(
        title: "Not found",
        body: """
            <main>
            <h1>There is nothing here</h1>
            <p>The link is wrong or has expired.</p>
            </main>
            """)

    static let tooManyRequests = html(
        title: "Too many requests",
        body: """
            <main>
            <h1>Too many wrong links</h1>
            <p>Wait some minutes, then open the link from the message again.</p>
            </main>
            """)

    static let failed = html(
        title: "Not available",
        body: """
            <main>
            <h1>This page can't be shown at the moment</h1>
            <p>Try again soon. The log of Aislewatch says what is wrong.</p>
            </main>
            """)
}
