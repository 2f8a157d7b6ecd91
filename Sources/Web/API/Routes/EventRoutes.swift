import Domain
import HTTPTypes
import Hummingbird

/// Server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).
struct EventRoutes: Sendable {
    let api: APIRouter
    /// A line that says nothing, so that proxies keep the connection and a client that went is noticed.
    static let heartbeatSeconds = 15.0

    func add() {
        let hub = api.services.hub, clock = api.clock
        api.on(.get, "/events", role: .viewer) { call in
            let names = call.queries("camera")
            let cameras = names.compactMap(CameraID.init)
            guard cameras.count == names.count else { throw APIError.notFound("There is no such camera.") }
            let subscription = hub.subscribe(
                EventHub.Filter(
                    cameras: cameras.isEmpty ? nil : Set(cameras), wantsScenes: try call.flag("tracks"),
                    wantsScores: try call.flag("scores")))
            let (merged, continuation) = AsyncStream.makeStream(
                of: ByteBuffer.self, bufferingPolicy: .bufferingNewest(64))
            let forward = Task {
                for await event in subscription.events { continuation.yield(event) }
                continuation.finish()
            }
            let heartbeat = Task {
                while !Task.isCancelled {
                    try await clock.sleep(seconds: Self.heartbeatSeconds)
                    continuation.yield(ByteBuffer(string: ": \n\n"))
                }
            }
            return StreamBody.response(
                call, api: api, headers: [.contentType: "text/event-stream"], source: merged,
                first: [ByteBuffer(string: "retry: 2000\n\n: welcome\n\n")], chunk: { $0 }
            ) {
                forward.cancel()
                heartbeat.cancel()
                subscription.cancel()
                continuation.finish()
            }
        }
    }
}
