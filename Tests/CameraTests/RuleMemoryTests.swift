import Foundation
import Incidents
import Logging
import Storage
import Synchronization
import Testing

@testable import Camera
@testable import Domain

@Suite("What the database remembers for a camera's rules")
struct RuleMemoryTests {
    private let now = Date(timeIntervalSince1970: 1_780_000_000)

    /// Keeps the messages from `error` on.
    private final class LogBook: Sendable {
        let lines = Mutex<[String]>([])

        var logger: Logger { Logger(label: "test") { _ in Handler(book: self) } }

        struct Handler: LogHandler {
            let book: LogBook
            var logLevel = Logger.Level.trace
            var metadata: Logger.Metadata = [:]
            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                guard event.level >= .error else { return }
                book.lines.withLock { $0.append("\(event.message)") }
            }
        }
    }

    private func suppression(_ camera: CameraID) -> Suppression {
        Suppression(camera: camera, createdDate: now, untilDate: now + 60, by: "test")
    }

    @Test("suppressions that can't be read are said once, and those read before go on holding")
    func suppressions() async throws {
        let camera = try #require(CameraID(rawValue: "dock"))
        let book = LogBook(), isFailing = Mutex(false), known = suppression(camera)
        let memory = RuleMemory(
            camera: camera, logger: book.logger,
            suppressions: {
                if isFailing.withLock({ $0 }) { throw StorageError.diskFull(path: "a.db") }
                return [known]
            }, alarms: { _ in [] })
        await memory.refresh()
        #expect(memory.suppressions == [known] && book.lines.withLock { $0 }.isEmpty)
        isFailing.withLock { $0 = true }
        for _ in 0..<3 { await memory.refresh() }
        #expect(memory.suppressions == [known])
        #expect(book.lines.withLock { $0 }.count == 1)
        #expect(book.lines.withLock { $0 }.first?.contains("suppressions") == true)
        isFailing.withLock { $0 = false }
        await memory.refresh()
        isFailing.withLock { $0 = true }
        await memory.refresh()
        #expect(book.lines.withLock { $0 }.count == 2)
    }

    @Test("earlier alarms that can't be read are said")
    func alarms() async throws {
        let camera = try #require(CameraID(rawValue: "dock"))
        let book = LogBook()
        let memory = RuleMemory(
            camera: camera, logger: book.logger, suppressions: { [] },
            alarms: { _ in throw StorageError.diskFull(path: "a.db") })
        var engine = IncidentEngine(scene: CameraScene(camera: camera), makeID: { _ in IncidentID(rawValue: "a") })
        await memory.recallAlarms(&engine, at: now)
        #expect(book.lines.withLock { $0 }.count == 1)
        #expect(book.lines.withLock { $0 }.first?.contains("alarms") == true)
    }
}
