import Domain
import Foundation
import Hummingbird

/// The channels by which alerts are sent.
struct ChannelRoutes: Sendable {
    let api: APIRouter

    func add() {
        let services = api.services
        api.on(.get, "/channels", role: .operator) { _ in
            struct Channel: Encodable {
                var name: String
                var type: String
            }
            struct Channels: Encodable { var channels: [Channel] }
            let all = services.channels?.channels() ?? []
            return .json(Channels(channels: all.map { Channel(name: $0.name, type: $0.type) }))
        }
        api.on(.post, "/channels/{channel}/test", role: .admin) { call in
            struct View: Encodable {
                var ok: Bool
                var message: String
            }
            guard let tester = services.channels else { throw APIError.notAvailable("No channel can be tried here.") }
            let name = call.parameter("channel")
            let outcome = try await tester.test(channel: name)
            await api.audit(call, "channel.test", name, outcome.isOK ? "sent" : outcome.message)
            return .json(View(ok: outcome.isOK, message: outcome.message))
        }
    }
}
