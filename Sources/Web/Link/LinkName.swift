import Domain
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// What somebody who acts by a link is called. Nobody vouches for it, and it says so: no account has such a name.
struct LinkName: Hashable {
    /// As they gave it; empty while they have not.
    let text: String

    private static let cookieName = "aislewatch_name"
    private static let longest = 40
    private static let keptSeconds = 365 * 86_400

    /// - Parameter given: Whatever somebody wrote; what is no text in a line is left out.
    init(_ given: String) {
        let plain = given.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        let words = String(String.UnicodeScalarView(plain)).split(whereSeparator: \.isWhitespace)
        text = String(words.joined(separator: " ").prefix(Self.longest)).trimmingCharacters(in: .whitespaces)
    }

    /// The name that the browser has kept.
    init(_ request: Request) {
        self.init(request.cookies[Self.cookieName]?.value.removingPercentEncoding ?? "")
    }

    var author: IncidentHandling.Author { author(by: .link) }

    func author(by way: IncidentHandling.Way) -> IncidentHandling.Author {
        IncidentHandling.Author(text.isEmpty ? LinkRoutes.somebody : "\(text) (link)", by: way)
    }

    /// Keeps the name in the browser; an empty one forgets it. A link comes from a messenger: "strict" would not know it then.
    func cookie(isSecure: Bool) -> Cookie {
        Cookie(
            name: Self.cookieName, value: text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "",
            maxAge: text.isEmpty ? 0 : Self.keptSeconds, path: "/i/", secure: isSecure, httpOnly: true, sameSite: .lax)
    }
}

/// The fields of one of the page's forms (application/x-www-form-urlencoded).
struct LinkForm {
    private let fields: [String: String]

    private static let maxBytes = 16 << 10

    init(_ request: Request) async throws {
        let body = try? await request.body.collect(upTo: Self.maxBytes)
        let pairs = String(decoding: (body ?? ByteBuffer()).readableBytesView, as: UTF8.self).split(separator: "&")
        fields = pairs.reduce(into: [:]) { fields, pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                $0.replacing("+", with: " ").removingPercentEncoding ?? ""
            }
            fields[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
    }

    subscript(_ name: String) -> String? { fields[name] }

    /// The step that the form is for; nil for what it can't be for.
    var action: IncidentHandling.Action? {
        for word in ["comment", "tick", "untick"] {
            guard let text = fields[word]?.trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty else {
                continue
            }
            return IncidentHandling.Action(name: word, text: String(text.prefix(IncidentHandling.longestText)))
        }
        return nil
    }
}
