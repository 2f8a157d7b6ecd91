import Domain
import Foundation
import Incidents
import Logging
import Synchronization

/// What the rules of one camera go by that the database remembers: what people have said is no incident, and the alarms of
/// the last hour.
final class RuleMemory: Sendable {
    /// When an incident of a rule became an alarm.
    typealias Alarm = (kind: IncidentKind, ruleName: String?, date: Date)

    private struct State {
        var suppressions: [Suppression] = []
        var isUnreadable = false
    }

    private let camera: CameraID
    private let logger: Logger
    private let readSuppressions: @Sendable () async throws -> [Suppression]
    private let readAlarms: @Sendable (_ since: Date) async throws -> [Alarm]
    private let state = Mutex(State())

    /// The budgets of alarms look back this far.
    private static let alarmSeconds = 3600.0

    init(
        camera: CameraID, logger: Logger, suppressions: @escaping @Sendable () async throws -> [Suppression],
        alarms: @escaping @Sendable (_ since: Date) async throws -> [Alarm]
    ) {
        self.camera = camera
        self.logger = logger
        readSuppressions = suppressions
        readAlarms = alarms
    }

    /// As they were read last.
    var suppressions: [Suppression] { state.withLock { $0.suppressions } }

    /// Reads the suppressions anew. While the database can't say, those that were read before go on holding.
    /// - Returns: False when they could not be read.
    @discardableResult
    func refresh() async -> Bool {
        do {
            let current = try await readSuppressions()
            let wasUnreadable = state.withLock { state in
                defer { state = State(suppressions: current) }
                return state.isUnreadable
            }
            if wasUnreadable { logger.notice("\(camera): suppressions can be read again") }
            return true
        } catch is CancellationError {
            return true
        } catch {
            let isNew = state.withLock { state in
                defer { state.isUnreadable = true }
                return !state.isUnreadable
            }
            // It is tried again every few seconds.
            if isNew { logger.error("\(camera): suppressions can't be read; the last known ones hold: \(error)") }
            return false
        }
    }

    /// Gives an engine the alarms before it: a restart must not renew the rules' budgets.
    func recallAlarms(_ engine: inout IncidentEngine, at now: Date) async {
        do {
            for alarm in try await readAlarms(now - Self.alarmSeconds) {
                engine.recallAlarm(of: alarm.kind, ruleName: alarm.ruleName, at: alarm.date)
            }
        } catch {
            logger.error("\(camera): earlier alarms can't be read, so the rules' budgets begin anew: \(error)")
        }
    }
}
