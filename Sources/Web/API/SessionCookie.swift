import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// The cookie of a session: no script can read it, no other site can have it sent.
enum SessionCookie {
    static func set(_ secret: String, seconds: Double, isSecure: Bool) -> String {
        "\(APIRouter.cookie)=\(secret); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(Int(seconds))"
            + (isSecure ? "; Secure" : "")
    }

    static func clear(isSecure: Bool) -> String { set("", seconds: 0, isSecure: isSecure) }
}
