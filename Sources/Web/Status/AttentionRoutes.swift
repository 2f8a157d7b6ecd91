import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Storage

/// Whatever keeps people from being told of what happens: what somebody asked for, and what is broken.
struct AttentionRoutes: Sendable {
    let api: APIRouter
    let site: PageSettings

    /// One cause. `id` is what ends a snooze or a suppression.
    private struct Item: Encodable {
        var kind: String
        var id: String?
        var severity: Severity
        var camera: CameraID?
        var cameraName: String?
        /// The rule or the kind of incident that is silent; nil for all of them.
        var rule: String?
        var zone: String?
        /// Of a snooze: `alerts` or `maintenance`.
        var mode: String?
        var reason: String?
        var by: String?
        var since: Date?
        var until: Date?
        var incident: IncidentID?
        /// Of a channel that doesn't deliver: its name.
        var channel: String?
        /// What a notice says, in the site's language.
        var text: String?
    }

    private struct View: Encodable { var items: [Item] }

    /// What a channel refused longer ago than this says nothing about it any more.
    private static let refusedSeconds = 86_400.0

    func add() {
        api.on(.get, "/attention", role: .viewer) { call in
            .json(View(items: try await items().filter { call.principal.sees($0.camera) }))
        }
        api.on(.get, "/gaps", role: .viewer, compresses: true) { call in
            let from = try call.date("from") ?? .distantPast, to = try call.date("to") ?? .distantFuture
            return .json(Gaps(gaps: try await gaps(from: from, to: to).filter { call.principal.sees($0.camera) }))
        }
    }

    // MARK: Gaps

    /// A time in which a camera was not watched, or not recorded.
    private struct Gap: Encodable {
        /// A notice's kind, or `maintenance`.
        var kind: String
        /// Nil: every camera.
        var camera: CameraID?
        var from: Date
        /// Nil while it lasts.
        var to: Date?
    }

    private struct Gaps: Encodable { var gaps: [Gap] }

    /// So many notices are looked through; older ones are not shown.
    private static let maxNotices = 2000

    private func gaps(from: Date, to: Date) async throws -> [Gap] {
        let now = api.clock.now()
        let (notices, snoozes) = try await api.services.store.perform {
            (try $0.notices(limit: Self.maxNotices), try $0.snoozes(at: now))
        }
        var gaps = notices.compactMap { stored -> Gap? in
            let since: Date
            switch stored.notice {
            case .cameraOffline(_, let first), .pictureFrozen(_, let first): since = first
            case .analysisDegraded, .recordingStopped: since = stored.openedAt
            default: return nil
            }
            return Gap(kind: stored.notice.kind, camera: stored.notice.camera, from: since, to: stored.closedAt)
        }
        gaps += snoozes.filter { $0.mode == .maintenance }.map {
            Gap(kind: "maintenance", camera: $0.camera, from: $0.from, to: nil)
        }
        return gaps.filter { $0.from < to && ($0.to ?? .distantFuture) > from }
    }

    // MARK: Causes

    private func items() async throws -> [Item] {
        let services = api.services, now = api.clock.now()
        let (snoozes, suppressions) = try await services.store.perform {
            (try $0.snoozes(at: now), try $0.activeSuppressions())
        }
        var items = snoozes.map(snoozed) + suppressions.map(suppressed)
        switch try await services.alertCoverage(now) {
        case .covered, .unknown: break
        case .noChannel: items.append(Item(kind: "no_channel", severity: .low))
        case .noDevice: items.append(Item(kind: "no_device", severity: .high))
        case .nobodyOnShift: items.append(Item(kind: "nobody_on_shift", severity: .high))
        }
        var search = IncidentSearch()
        search.kind = .cameraTampered
        search.limit = 50
        let wanted = search
        let (notices, tampered, failing) = try await services.store.perform {
            (
                try $0.openNotices(), try $0.incidents(wanted).filter { $0.phase == .ongoing },
                try Self.failingChannels($0, now)
            )
        }
        items += failing
        let offline = Set(
            notices.compactMap { stored -> CameraID? in
                if case .cameraOffline(let camera, _) = stored.notice { camera } else { nil }
            })
        // A watchdog waits for a while before it tells people; a page says at once what it knows.
        let cameras = services.feed?.cameras() ?? []
        items += cameras.filter { $0.state == .offline && !offline.contains($0.id) }.map {
            Item(
                kind: "camera_offline", severity: .high, camera: $0.id, cameraName: $0.name,
                text: $0.stateText.isEmpty ? nil : $0.stateText)
        }
        // What a camera that has been removed left open is nobody's concern any more.
        let known = Set(cameras.map(\.id))
        items += notices.filter { stored in stored.notice.camera.map { known.contains($0) } ?? true }.map(noted)
            .filter { item in item.channel == nil || !failing.contains { $0.channel == item.channel } }
        items += tampered.filter { known.contains($0.camera) }.map {
            Item(
                kind: "camera_tampered", severity: .high, camera: $0.camera, cameraName: site.cameraName($0.camera),
                since: $0.startDate, incident: $0.id)
        }
        return items
    }

    /// Channels whose last word was a failure: a message waits after one that failed, or was refused for good and none
    /// has been sent since.
    private static func failingChannels(_ store: StoreAccess, _ now: Date) throws -> [Item] {
        let dead = try store.messages(in: .dead, limit: 100).filter { $0.createdAt > now - refusedSeconds }
        return try store.outboxSummaries().compactMap { channel in
            let refused = dead.first {
                $0.alert.channel == channel.channel && $0.createdAt > channel.lastSentAt ?? .distantPast
            }
            guard let error = channel.lastError ?? refused?.lastError else { return nil }
            return Item(
                kind: "channel_failing", severity: .high, since: channel.waitingSince ?? refused?.createdAt,
                channel: channel.channel, text: error)
        }
    }

    private func snoozed(_ snooze: Snooze) -> Item {
        Item(
            kind: "snooze", id: String(snooze.id), severity: snooze.camera == nil ? .high : .medium,
            camera: snooze.camera, cameraName: snooze.camera.map(site.cameraName), rule: snooze.kind?.rawValue,
            zone: snooze.zone, mode: snooze.mode.rawValue, reason: snooze.reason.isEmpty ? nil : snooze.reason,
            by: snooze.by, since: snooze.from, until: snooze.until)
    }

    private func suppressed(_ suppression: Suppression) -> Item {
        Item(
            kind: "suppression", id: String(suppression.id), severity: .low, camera: suppression.camera,
            cameraName: site.cameraName(suppression.camera), rule: SilenceRoutes.rule(of: suppression),
            by: suppression.by,
            since: suppression.createdDate, until: suppression.untilDate)
    }

    private func noted(_ stored: StoredNotice) -> Item {
        let notice = stored.notice
        var item = Item(
            kind: notice.kind, severity: notice.severity, camera: notice.camera,
            cameraName: notice.camera.map(site.cameraName), since: stored.openedAt, text: stored.text)
        switch notice {
        case .cameraOffline(_, let since), .pictureFrozen(_, let since): item.since = since
        case .outboxStuck(let channel, _, let since): (item.channel, item.since) = (channel, since)
        default: break
        }
        return item
    }
}

/// Whether there is anybody now whom an alert would reach.
public enum AlertCoverage: Sendable {
    case covered
    /// No channel is configured.
    case noChannel
    /// The only channel is the one for devices, and nobody has turned messages on.
    case noDevice
    /// There are recipients, but none of them is at work now.
    case nobodyOnShift
    case unknown
}
