import Domain
import Foundation

/// `alerts.operations`: who hears of the installation itself, and when it counts as silent.
public struct OperationsConfiguration: Hashable, Sendable {
    /// Names of `alerts.channels`. Default: all.
    public var channels: [String]
    public var minSeverity = Severity.low
    /// A camera that sends nothing for so long is reported. 10 to 86400. Default: 60.
    public var cameraOfflineSeconds = 60.0
    /// The same picture for so long is reported. 10 to 86400. Default: 300.
    public var pictureFrozenSeconds = 300.0
    /// When more than this part of the frames is skipped over a minute, that is reported. 0.05 to 1. Default: 0.5.
    public var maxSkippedFraction = 0.5
    /// Alerts that wait for so long are reported (through other channels). 30 to 86400. Default: 300.
    public var outboxStuckSeconds = 300.0
    /// When the daily "all well" is sent, in minutes since midnight in the site's zone; nil: never. Default: never.
    public var allWellMinute: Int?
    /// Through which channels. Default: those of `channels`.
    public var allWellChannels: [String]
    /// Fetched while all loops get on, for an outside monitor; nil: none.
    public var heartbeatURL: SecretURL?
    /// 10 to 86400. Default: 60.
    public var heartbeatSeconds = 60.0

    init(channels: [String] = []) {
        self.channels = channels
        allWellChannels = channels
    }

    init(reading section: Section, channels names: [String]) {
        self.init(channels: names)
        for key in ["channels", "all_well_channels"] { section.declare(key, .names) { $0.of = "channel names" } }
        if section.node("channels") != nil {
            channels = section.names("channels", known: names, of: "channel names")
        }
        minSeverity = section.choice("min_severity", default: .low)
        cameraOfflineSeconds = section.number(
            "camera_offline_seconds", default: cameraOfflineSeconds, in: 10...86_400, unit: "seconds")
        pictureFrozenSeconds = section.number(
            "picture_frozen_seconds", default: pictureFrozenSeconds, in: 10...86_400, unit: "seconds")
        maxSkippedFraction = section.number("max_skipped_fraction", default: maxSkippedFraction, in: 0.05...1, unit: "")
        outboxStuckSeconds = section.number(
            "outbox_stuck_seconds", default: outboxStuckSeconds, in: 30...86_400, unit: "seconds")
        allWellMinute = section.timeOfDay("all_well_at")
        allWellChannels =
            section.node("all_well_channels") == nil
            ? channels : section.names("all_well_channels", known: names, of: "channel names")
        heartbeatURL = section.webAddress("heartbeat_url").map { SecretURL($0.value) }
        heartbeatSeconds = section.number(
            "heartbeat_seconds", default: heartbeatSeconds, in: 10...86_400, unit: "seconds")
        section.finish()
    }
}
