import Domain
import HTTPTypes
import Hummingbird

/// Server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).
struct EventRoutes: Sendable {
    let api: APIRouter
    /// Between two lines that say nothing, so that proxies keep the connection and a client that left is noticed.
    static let heartbeatSeconds = 15.0

    func add() {
        let hub = api.services.hub, clock = api.clock
        api.on(.get, "/events", role: .viewer) { call in
            let names = call.queries("camera")
            let cameras = names.compactMap(CameraID.init)
            guard cameras.count == names.count else { throw APIError.notFound("There is no such camera.") }
            let filter = EventHub.Filter(
                cameras: cameras.isEmpty ? nil : Set(cameras), wantsScenes: try call.flag("tracks"),
                wantsScores: try call.flag("scores"))
            return StreamBody.response(call, api: api, headers: [.contentType: "text/event-stream"]) { output in
                let subscription = hub.subscribe(filter)
                defer { subscription.cancel() }
                try await output.write(ByteBuffer(string: "retry: 2000\n\n: welcome\n\n"))
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    defer { tasks.cancelAll() }
                    tasks.addTask {
                        while true {
                            try await clock.sleep(seconds: Self.heartbeatSeconds)
                            subscription.sendHeartbeat()
                        }
                    }
                    for await event in subscription.events { try await output.write(event) }
                }
            }
        }
    }
}
