public import Domain
import Foundation
import Hummingbird
import Synchronization

/// Hands what happens to the pages that are open. Each event is put into text once, however many pages there are.
public final class EventHub: LiveEvents {
    struct Filter: Sendable {
        /// Nil: all.
        var cameras: Set<CameraID>?
        var wantsScenes: Bool
        var wantsScores = false
    }

    /// Who looks; ends when it is let go.
    final class Subscription: Sendable {
        let events: AsyncStream<ByteBuffer>
        private let continuation: AsyncStream<ByteBuffer>.Continuation
        private let end: @Sendable () -> Void

        fileprivate init(
            events: AsyncStream<ByteBuffer>, continuation: AsyncStream<ByteBuffer>.Continuation,
            end: @escaping @Sendable () -> Void
        ) {
            self.events = events
            self.continuation = continuation
            self.end = end
        }

        /// A comment, which no client shows.
        func sendHeartbeat() { continuation.yield(ByteBuffer(string: ": \n\n")) }

        func cancel() { end() }
        deinit { end() }
    }

    private struct Subscriber {
        var filter: Filter
        var continuation: AsyncStream<ByteBuffer>.Continuation
    }

    private struct State {
        var next = 0
        var subscribers: [Int: Subscriber] = [:]
    }

    /// A page that doesn't take its events loses the oldest.
    private static let bufferedEvents = 256
    private let state = Mutex(State())
    private let views = Mutex<Views?>(nil)
    /// One thread: the steps of an incident reach the pages in their order.
    private let work = BlockingWork("events", maxThreads: 1)

    /// How incidents and objects look in an event. Both may wait for the disk.
    struct Views: Sendable {
        var incident: @Sendable (Incident) -> any Encodable & Sendable
        var stored: @Sendable (IncidentID) -> Incident?
    }

    public init() {}

    func use(_ views: Views) { self.views.withLock { $0 = views } }

    public var subscriberCount: Int { state.withLock { $0.subscribers.count } }

    public func wantsScenes(of camera: CameraID) -> Bool {
        state.withLock { state in
            state.subscribers.values.contains { subscriber in
                subscriber.filter.wantsScenes && (subscriber.filter.cameras?.contains(camera) ?? true)
            }
        }
    }

    public func wantsScores(of camera: CameraID) -> Bool {
        state.withLock { state in
            state.subscribers.values.contains { subscriber in
                subscriber.filter.wantsScores && (subscriber.filter.cameras?.contains(camera) ?? true)
            }
        }
    }

    public func publish(_ event: LiveEvent) {
        let receivers = state.withLock { state in
            state.subscribers.values.filter { Self.isFor($0.filter, event) }.map(\.continuation)
        }
        guard !receivers.isEmpty else { return }
        switch event {
        case .incident, .incidentChanged:
            // What a page shows of an incident is in the database.
            work.start { [self] in
                guard let text = text(of: event) else { return }
                for receiver in receivers { receiver.yield(text) }
            }
        default:
            guard let text = text(of: event) else { return }
            for receiver in receivers { receiver.yield(text) }
        }
    }

    func subscribe(_ filter: Filter) -> Subscription {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ByteBuffer.self, bufferingPolicy: .bufferingNewest(Self.bufferedEvents))
        let id = state.withLock { state in
            state.next += 1
            state.subscribers[state.next] = Subscriber(filter: filter, continuation: continuation)
            return state.next
        }
        return Subscription(events: stream, continuation: continuation) { [weak self] in
            _ = self?.state.withLock { $0.subscribers.removeValue(forKey: id) }
            continuation.finish()
        }
    }

    private static func isFor(_ filter: Filter, _ event: LiveEvent) -> Bool {
        if case .scene = event, !filter.wantsScenes { return false }
        if case .scores = event, !filter.wantsScores { return false }
        guard let cameras = filter.cameras, let camera = event.camera else { return true }
        return cameras.contains(camera)
    }

    private func text(of event: LiveEvent) -> ByteBuffer? {
        let views = views.withLock { $0 }
        let name: String
        let data: Data?
        switch event {
        case .scene(let scene):
            name = "tracks"
            data = try? APIJSON.data(SceneView(scene))
        case .scores(let scores):
            name = "scores"
            data = try? APIJSON.data(ScoresView(scores))
        case .incident(let event):
            name = "incident"
            data = views.flatMap {
                try? APIJSON.data(IncidentChange(type: event.type, incident: AnyView($0.incident(event.incident))))
            }
        case .incidentChanged(let id):
            name = "incident"
            data = views.flatMap { views in
                views.stored(id).flatMap { incident in
                    try? APIJSON.data(IncidentChange(type: "changed", incident: AnyView(views.incident(incident))))
                }
            }
        case .follow(let follow):
            name = "follow"
            data = try? APIJSON.data(FollowRoutes.View(follow))
        case .camera(let camera):
            name = "camera"
            data = try? APIJSON.data(CameraRoutes.View(camera))
        case .configuration(let revision):
            name = "configuration"
            data = try? APIJSON.data(["revision": revision])
        case .warning(let warning):
            name = "warning"
            data = try? APIJSON.data(StatusRoutes.WarningView(warning))
        }
        guard let data else { return nil }
        var buffer = ByteBuffer()
        buffer.writeString("event: \(name)\ndata: ")
        buffer.writeBytes(data)
        buffer.writeString("\n\n")
        return buffer
    }

    private struct IncidentChange: Encodable {
        var type: String
        var incident: AnyView
    }

    private struct AnyView: Encodable {
        var view: any Encodable

        init(_ view: any Encodable) { self.view = view }

        func encode(to encoder: any Encoder) throws { try view.encode(to: encoder) }
    }
}
