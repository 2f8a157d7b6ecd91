import ArgumentParser
import Domain
import Foundation
import Storage

/// `drill CAMERA`: a test incident through the whole chain of the running daemon.
struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill", abstract: "Send a marked test incident through the whole chain: clip, messages, link.",
        discussion: """
            The running daemon records a real clip from the camera and alerts everybody who would be alerted of a serious \
            incident there; every message begins with TEST. Shows what became of each message and of the clip. Cool-downs, \
            floods and snoozes don't hold a drill back.
            """)

    @OptionGroup var place: ConfigurationOption

    @Argument(help: "The camera's id.")
    var camera: String

    @Option(help: "How long to wait for messages and clip, in seconds.")
    var timeout = 120.0

    func validate() throws {
        if CameraID(rawValue: camera) == nil { throw ValidationError("\"\(camera)\" is no camera id") }
        guard timeout > 0, timeout <= 86_400 else { throw ValidationError("--timeout is more than 0 s, at most a day") }
    }

    func run() async throws {
        let configuration = try place.load()
        let store = try await BlockingWork.shared.run { try place.openStore(configuration) }
        guard let id = try ConfigurationOption.camera(camera, in: configuration) else { return }
        let request = try await store.perform { try $0.request(.drill, camera: id) }
        let incident = try await incident(of: request, store)
        print("incident \(incident)")
        try await follow(incident, store)
    }

    private func incident(of request: Int64, _ store: Store) async throws -> IncidentID {
        // Asked for before the first look, so that no change slips in between.
        let changes = store.changes(of: .requests)
        let found = try await changed(changes, withinSeconds: 10) {
            let outcome = try await store.perform { try $0.outcome(ofRequest: request) }
            if let error = outcome.error { throw CommandFailure(error) }
            return outcome.incident
        }
        if let found { return found }
        throw CommandFailure(
            "no daemon has taken the request within 10 s: is \"aislewatch run\" up, with this database?")
    }

    /// Looks after each change of the database until there is an answer, or the time is over.
    private func changed<Answer: Sendable>(
        _ changes: AsyncStream<Void>, withinSeconds seconds: Double,
        _ look: @escaping @Sendable () async throws -> Answer?
    ) async throws -> Answer? {
        try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask {
                if let answer = try await look() { return answer }
                for await _ in changes { if let answer = try await look() { return answer } }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// Reports each change of a message and of the clip until all are final.
    private func follow(_ incident: IncidentID, _ store: Store) async throws {
        let report = DrillReport()
        let isDone = try await changed(store.changes(of: .outcomes), withinSeconds: timeout) { () -> Bool? in
            let (messages, clips) = try await store.perform { db in
                (try db.messages(of: incident).filter { $0.alert.dueAt == nil }, try db.clips(of: incident))
            }
            return try await report.add(messages, clips) ? true : nil
        }
        guard isDone == true else {
            throw CommandFailure(
                "not all was done within \(Int(timeout)) s; see \"aislewatch incidents show \(incident)\"")
        }
    }
}

/// Prints each change of a drill's messages and clips once.
private actor DrillReport {
    private let began = ContinuousClock.now
    private var printed: Set<String> = []

    /// - Returns: Whether all is final.
    /// - Throws: `CommandFailure` when a message did not get through.
    func add(_ messages: [OutboxMessage], _ clips: [Clip]) throws -> Bool {
        for message in messages {
            let to = message.alert.recipient.isEmpty ? "" : " to …\(message.alert.recipient.suffix(4))"
            let why = message.lastError.map { ": \($0)" } ?? ""
            print("\(message.alert.channel)\(to), \(message.alert.purpose.name): \(message.state.rawValue)\(why)")
        }
        for clip in clips { print("clip \(clip.id): \(clip.state.rawValue)") }
        guard !messages.contains(where: { $0.state == .pending }), !clips.isEmpty,
            clips.allSatisfy({ $0.state != .recording })
        else { return false }
        if messages.isEmpty { print("nobody is alerted: no route fits a serious incident of this camera now") }
        let dead = messages.count { $0.state == .dead }
        if dead > 0 { throw CommandFailure("\(dead) of \(messages.count) messages did not get through") }
        return true
    }

    private func print(_ line: String) {
        guard printed.insert(line).inserted else { return }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        Swift.print(String(format: "%6.1f s  ", seconds) + line)
    }
}
