import Foundation

/// What a mail looks like: the text, the picture, a button. No script, no style sheet, nothing from elsewhere: mail
/// programs would take it out.
enum MailHTML {
    static func page(text: String, link: URL?, button: String, hasPicture: Bool, footer: String) -> String {
        let picture =
            hasPicture
            ? "<p style=\"margin:16px 0\"><img src=\"cid:picture\" alt=\"\" width=\"560\" "
                + "style=\"max-width:100%;height:auto;border-radius:6px;display:block\"></p>" : ""
        let action =
            link.map { link in
                "<p style=\"margin:20px 0\"><a href=\"\(escaped(link.absoluteString))\" style=\"background:#0b5cad;"
                    + "color:#ffffff;padding:12px 20px;border-radius:6px;text-decoration:none;display:inline-block\">"
                    + "\(escaped(button))</a></p>"
            } ?? ""
        return """
            <!doctype html>
            <html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
            <body style="margin:0;padding:24px;background:#f4f5f7;font-family:-apple-system,'Segoe UI',Helvetica,Arial,\
            sans-serif;color:#1c2430">
            <div style="max-width:600px;margin:0 auto;background:#ffffff;border-radius:8px;padding:24px">
            <p style="font-size:18px;line-height:1.45;margin:0">\(escaped(text))</p>
            \(picture)
            \(action)
            </div>
            <p style="max-width:600px;margin:12px auto 0;font-size:12px;color:#66707d">\(escaped(footer))</p>
            </body></html>
            """
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
    }
}
