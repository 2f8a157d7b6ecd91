public import Domain
import Foundation
import Hummingbird
import Synchronization

/// Hands what happens to the pages that are open. Each event is put into text once, however many pages there are.
public final class EventHub: LiveEvents {
    struct Filter: Sendable {
        /// Nil: all.
        var cameras: Set<CameraID>?
        /// Nothing else must be told, not even what is about no camera.
        var isLimited = false
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
        var incident: @Sendable (Incident) throws -> any Encodable & Sendable
        var stored: @Sendable (IncidentID) throws -> Incident?
        var onFailure: @Sendable (any Error) -> Void
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
            state.subscribers.values.filter { Self.isFor($0.filter, event) }
        }
        guard !receivers.isEmpty else { return }
        switch event {
        case .scene, .scores: send(event, to: receivers)
        // What a page shows of an incident is in the database; what happened first is told first.
        default: work.start { [self] in send(event, to: receivers) }
        }
    }

    private func send(_ event: LiveEvent, to receivers: [Subscriber]) {
        let views = views.withLock { $0 }
        do {
            var receivers = receivers
            if case .incidentChanged(let id) = event, receivers.contains(where: \.filter.isLimited) {
                // Only now it is known which camera it is about.
                let camera = try views?.stored(id)?.camera
                receivers.removeAll { receiver in
                    receiver.filter.isLimited
                        && !(camera.map { receiver.filter.cameras?.contains($0) ?? true } ?? false)
                }
            }
            guard !receivers.isEmpty, let text = try Self.text(of: event, views) else { return }
            for receiver in receivers { receiver.continuation.yield(text) }
        } catch {
            views?.onFailure(error)
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
        // The log's lines name any camera.
        if case .warning = event, filter.isLimited { return false }
        guard let cameras = filter.cameras, let camera = event.camera else { return true }
        return cameras.contains(camera)
    }

    /// - Returns: Nil for what can't be shown (yet).
    private static func text(of event: LiveEvent, _ views: Views?) throws -> ByteBuffer? {
        let name: String
        let data: Data
        func change(_ type: String, _ incident: Incident) throws -> Data? {
            try views.map { try APIJSON.data(IncidentChange(type: type, incident: AnyView($0.incident(incident)))) }
        }
        switch event {
        case .scene(let scene): (name, data) = ("tracks", try APIJSON.data(SceneView(scene)))
        case .scores(let scores): (name, data) = ("scores", try APIJSON.data(ScoresView(scores)))
        case .incident(let event):
            guard let view = try change(event.type, event.incident) else { return nil }
            (name, data) = ("incident", view)
        case .incidentChanged(let id):
            guard let stored = try views?.stored(id), let view = try change("changed", stored) else { return nil }
            (name, data) = ("incident", view)
        case .follow(let follow): (name, data) = ("follow", try APIJSON.data(FollowRoutes.View(follow)))
        case .camera(let camera): (name, data) = ("camera", try APIJSON.data(CameraRoutes.View(camera)))
        case .configuration(let revision):
            (name, data) = ("configuration", try APIJSON.data(["revision": revision]))
        case .warning(let warning): (name, data) = ("warning", try APIJSON.data(StatusRoutes.WarningView(warning)))
        }
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
